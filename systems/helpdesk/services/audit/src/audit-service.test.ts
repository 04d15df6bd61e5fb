import { findProblems, rowEventId } from '@banyan/contract';
import { createServiceTokens } from '@banyan/identity';
import { createHttpClient } from '@banyan/proof';
import { auditEndpoints } from '@helpdesk/contracts';
import {
  passwordResetRequested,
  ticketCommentAdded,
  ticketCreated,
  ticketStatusChanged,
  userCreated,
  userDeleted,
  userRoleChanged,
  userUpdated,
} from '@helpdesk/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { as, type AuditWorld, historyOf, makeTicket, serviceSecret, setStatus, startAuditWorld } from './testing/audit-world.ts';

let world: AuditWorld;
let audit: Awaited<ReturnType<AuditWorld['start']>>;
beforeAll(async () => {
  world = await startAuditWorld();
  audit = await world.start();
  await world.addUsers({ id: 'admin', role: 'ADMIN' }, { id: 'ada' }, { id: 'ben' });
});
afterAll(async () => {
  await audit?.stop();
  await world?.stop();
});
beforeEach(() => world.own('audit'));

const time = new Date('2026-05-06T07:08:09.010Z');
const at = time.toISOString();
const fresh = () => ({ id: crypto.randomUUID(), time });
const person = (userId: string) => ({
  userId,
  email: `${userId}@secret.test`,
  firstName: 'Secret',
  lastName: null,
  role: 'AGENT' as const,
  updatedAt: at,
});
const rowsAbout = async (id: string) =>
  (
    await world.databases.audit.query(
      `select "actorId", action, metadata from audit_events where "entityId" = $1 order by "createdAt", action`,
      [id],
    )
  ).rows;
const notesAbout = async (id: string) =>
  (await world.databases.audit.query('select * from noted_events where "entityId" = $1 order by action', [id])).rows;
const changeOf = (ticketId: string, actorId: string | null) => ({
  ticketId,
  userId: 'ada',
  userEmail: 'ada@secret.test',
  title: 'Secret',
  oldStatus: 'OPEN' as const,
  newStatus: 'DONE' as const,
  actorId,
  updatedAt: at,
});

describe('what is kept of an event', () => {
  test('what the monolith would have noted, at the time at which it happened, and beside it who changed a role', async () => {
    const of = { ...person('eve'), createdAt: at };
    const reset = { userId: 'eve', email: of.email, tokenSealed: 'sealed-secret', expiresAt: at, requestedAt: at };
    await world.tell(
      '/helpdesk/user',
      { contract: userCreated, data: of, ...fresh() },
      { contract: passwordResetRequested, data: reset, ...fresh() },
      { contract: userUpdated, data: { ...person('eve'), changed: ['password'], cause: 'password_reset' }, ...fresh() },
      { contract: userUpdated, data: { ...person('eve'), changed: ['role'], cause: 'role_changed' }, ...fresh() },
      { contract: userRoleChanged, data: { userId: 'eve', email: of.email, oldRole: 'AGENT', actorId: 'admin' }, ...fresh() },
    );
    await expect.poll(async () => (await notesAbout('eve')).length).toBe(5);
    expect(await rowsAbout('eve')).toEqual([
      { actorId: 'eve', action: 'user.forgot_password_requested', metadata: {} },
      { actorId: 'eve', action: 'user.password_reset', metadata: {} },
      { actorId: null, action: 'user.role_changed', metadata: { oldRole: 'AGENT' } },
      { actorId: 'eve', action: 'user.signup', metadata: {} },
    ]);
    const notes = await notesAbout('eve');
    expect(notes.find(({ action }) => action === 'user.role_changed')).toMatchObject({ hiddenActorId: 'admin', isShown: true });
    expect(notes.find(({ action }) => action === 'user.updated')).toMatchObject({
      isShown: false,
      metadata: { role: 'AGENT', changed: ['role'], cause: 'role_changed', updatedAt: at },
    });
    expect(new Set(notes.map(({ createdAt }) => (createdAt as Date).toISOString()))).toEqual(new Set([at]));
    expect(JSON.stringify(notes)).not.toMatch(/secret/i);
  });

  test('what users are shown nothing of is kept aside, without its words; what a row of the monolith has told is not', async () => {
    const comment = { commentId: 'c', ticketId: 'silent', authorId: 'ben', isInternal: true, bodyLength: 3, createdAt: at };
    const created = {
      ticketId: 'silent',
      userId: 'ada',
      title: 'Secret',
      description: 'Secret',
      status: 'OPEN' as const,
      createdAt: at,
      userEmail: null,
    };
    await world.tell(
      '/helpdesk/ticket',
      { contract: ticketCreated, data: created, id: rowEventId('silent'), time },
      { contract: ticketCommentAdded, data: comment, ...fresh() },
    );
    await expect.poll(async () => (await notesAbout('silent')).length).toBe(1);
    expect(await notesAbout('silent')).toMatchObject([
      { actorId: 'ben', action: 'ticket.comment_added', isShown: false, metadata: { isInternal: true, bodyLength: 3 } },
    ]);
    expect(await rowsAbout('silent')).toEqual([]);
    expect(await historyOf(audit.client, 'silent', 'ben')).toEqual([]);
  });
});

describe('whoever is gone', () => {
  test('has done nothing, of what is there and of what comes later', async () => {
    const deleted = { userId: 'gone', email: 'gone@secret.test', role: 'AGENT' as const, actorId: 'admin', deletedAt: at };
    const early = { contract: ticketStatusChanged, data: changeOf('t-gone', 'gone'), ...fresh() };
    const role = { contract: userRoleChanged, data: { userId: 'gone', email: '', oldRole: 'AGENT' as const, actorId: 'gone' }, ...fresh() };
    await world.tell('/helpdesk/ticket', early);
    await world.tell('/helpdesk/user', role);
    await expect.poll(() => rowsAbout('t-gone')).toMatchObject([{ actorId: 'gone' }]);
    await world.tell('/helpdesk/user', { contract: userDeleted, data: deleted, ...fresh() });
    await expect.poll(() => rowsAbout('t-gone')).toMatchObject([{ actorId: null }]);
    await world.tell('/helpdesk/ticket', { contract: ticketStatusChanged, data: changeOf('t-gone', 'gone'), ...fresh() });
    await expect.poll(() => rowsAbout('t-gone')).toMatchObject([{ actorId: null }, { actorId: null }]);
    const named = `select from noted_events where 'gone' in ("actorId", "hiddenActorId")`;
    expect((await world.databases.audit.query(named)).rowCount).toBe(0);
    expect(await rowsAbout('gone')).toContainEqual({
      actorId: 'admin',
      action: 'user.deleted',
      metadata: { email: 'gone@secret.test', role: 'AGENT' },
    });
  });

  test('is nobody at once, before that is heard of', async () => {
    await world.addUsers({ id: 'fay' });
    const id = await makeTicket(world.ticket.client, 'ada');
    await setStatus(world.ticket.client, id, 'DONE', 'fay');
    expect((await historyOf(audit.client, id, 'ada'))[0]).toMatchObject({ actorId: 'fay', actor: { id: 'fay' } });
    await world.databases.user.query(`delete from users where id = 'fay'`);
    expect((await historyOf(audit.client, id, 'ada'))[0]).toMatchObject({ actorId: null, actor: null });
  });

  test('is let go of by the monolith as long as it has the entries', async () => {
    await world.own('monolith');
    const { audit: own } = world.databases;
    await own.query(`insert into audit_events values ('copied', 'hal', 'ticket.created', 'ticket', 'of hal', '{}')`);
    const deleted = { userId: 'hal', email: '', role: 'AGENT' as const, actorId: 'admin', deletedAt: at };
    await world.tell('/helpdesk/user', { contract: userDeleted, data: deleted, ...fresh() });
    const setAside = `select state from banyan.set_aside where partition_key = 'hal'`;
    await expect.poll(async () => (await own.query(setAside)).rows).toEqual([{ state: 'deferred' }]);
    expect(await rowsAbout('of hal')).toMatchObject([{ actorId: 'hal' }]);
    await own.query(`update audit_events set "actorId" = null where "actorId" = 'hal'`); // as the row flows here
    await expect.poll(async () => (await own.query(setAside)).rows, { timeout: 30_000 }).toEqual([]);
    expect((await own.query(`select from gone_actors where id = 'hal'`)).rowCount).toBe(1);
  });
});

describe('right after a change', () => {
  test('what the broker does not have yet is fetched, and comes once', async () => {
    const { ticket, audit: own } = world.databases;
    const id = await makeTicket(world.ticket.client, 'ada');
    expect(await historyOf(audit.client, id, 'ada')).toHaveLength(1);
    await ticket.query('alter function banyan.relay_events rename to relay_events_held');
    try {
      await setStatus(world.ticket.client, id, 'DONE', 'ben');
      await setStatus(world.ticket.client, id, 'OPEN', 'ben');
      const answer = await audit.client.get(`/tickets/${id}/audit`, as('ada'));
      expect(answer.headers).not.toHaveProperty('x-degraded');
      const shown = answer.json() as { metadata: object; createdAt: string }[];
      expect(shown.map(({ metadata }) => metadata)).toEqual([
        { newStatus: 'OPEN', oldStatus: 'DONE' },
        { newStatus: 'DONE', oldStatus: 'OPEN' },
        {},
      ]);
      expect((await ticket.query('select from banyan.outbox')).rowCount).toBeGreaterThan(0);
    } finally {
      await ticket.query('alter function banyan.relay_events_held rename to relay_events');
    }
    const before = await historyOf(audit.client, id, 'ada');
    await expect.poll(async () => (await ticket.query('select from banyan.outbox')).rowCount, { timeout: 30_000 }).toBe(0);
    const handled = `select from banyan.inbox where status = 'handled' and event_id in (select id from audit_events where "entityId" = $1)`;
    await expect.poll(async () => (await own.query(handled, [id])).rowCount, { timeout: 30_000 }).toBe(3);
    expect(await historyOf(audit.client, id, 'ada')).toEqual(before);
  });

  test('what the broker has and has not handed on yet is missed, although what came behind it is there', async () => {
    const { ticket, audit: own } = world.databases;
    const id = await makeTicket(world.ticket.client, 'ada');
    expect(await historyOf(audit.client, id, 'ada')).toHaveLength(1);
    const hurried = await world.start({ environment: { CATCH_UP_WITHIN_MS: '300' } });
    await own.query(`create function refuse_note() returns trigger language plpgsql as $$ begin raise exception 'not yet'; end $$;
      create trigger refuse before insert on noted_events for each row when (new.metadata ->> 'newStatus' = 'DONE') execute function refuse_note()`);
    await setStatus(world.ticket.client, id, 'DONE', 'ben');
    await expect.poll(async () => (await ticket.query('select from banyan.outbox')).rowCount, { timeout: 30_000 }).toBe(0);
    await ticket.query('alter function banyan.relay_events rename to relay_events_held');
    try {
      await setStatus(world.ticket.client, id, 'OPEN', 'ben');
      const answer = await hurried.client.get(`/tickets/${id}/audit`, as('ada'));
      expect(answer.headers['x-degraded']).toBe('audit-lag');
      expect((answer.json() as { metadata: object }[]).map(({ metadata }) => metadata)).toEqual([
        { newStatus: 'OPEN', oldStatus: 'DONE' },
        {},
      ]);
    } finally {
      await ticket.query('alter function banyan.relay_events_held rename to relay_events');
      await own.query('drop function refuse_note cascade');
      await hurried.stop();
    }
    await expect.poll(async () => (await historyOf(audit.client, id, 'ada')).length, { timeout: 60_000 }).toBe(3);
  });

  test('without the ticket service, or when what it told does not come, there is what there is, and a word about it', async () => {
    const id = await makeTicket(world.ticket.client, 'ada');
    await historyOf(audit.client, id, 'ada');
    const alone = await world.start({ environment: { TICKET_URL: 'http://127.0.0.1:9', CATCH_UP_WITHIN_MS: '300' } });
    const hurried = await world.start({ environment: { CATCH_UP_WITHIN_MS: '300' } });
    try {
      const degraded = await alone.client.get(`/tickets/${id}/audit`, as('ada'));
      expect([degraded.status, degraded.headers['x-degraded'], (degraded.json() as object[]).length]).toEqual([200, 'audit-lag', 1]);
      await world.databases.ticket.query('update banyan.outbox_keys set last_sequence = 9 where partition_key = $1', [id]);
      const late = await hurried.client.get(`/tickets/${id}/audit`, as('ada'));
      expect([late.status, late.headers['x-degraded'], (late.json() as object[]).length]).toEqual([200, 'audit-lag', 1]);
    } finally {
      await Promise.all([alone.stop(), hurried.stop()]);
    }
  });
});

describe('while the entries change hands', () => {
  const handOver = async (body: object, from = 'bridge') => {
    const authorization = `Bearer ${await createServiceTokens({ service: from, secret: serviceSecret }).issue('audit')}`;
    const client = createHttpClient(audit.internalUrl);
    try {
      return await client.post('/internal/audit/log', body, { headers: { authorization } });
    } finally {
      await client.close();
    }
  };
  const entry = {
    actorId: 'ben',
    action: 'ticket.status_changed',
    entityType: 'ticket',
    metadata: { newStatus: 'DONE', oldStatus: 'OPEN' },
  };

  test('what has happened is shown before the monolith has it, and once when both do', async () => {
    await world.own('monolith');
    const { audit: own } = world.databases;
    const event = { contract: ticketStatusChanged, data: changeOf('early', 'ben'), ...fresh() };
    await world.tell('/helpdesk/ticket', event);
    await expect.poll(async () => (await historyOf(audit.client, 'early', 'ada')).length).toBe(1);
    expect(await rowsAbout('early')).toEqual([]);
    const flowed = `insert into audit_events select id, "actorId", action, "entityType", "entityId", metadata, "createdAt" from noted_events where id = $1`;
    await own.query(flowed, [event.id]);
    expect(await historyOf(audit.client, 'early', 'ada')).toMatchObject([{ id: event.id, createdAt: at }]);
  });

  test('an entry that the bridge hands over is kept once, by whoever owns them', async () => {
    const event = { contract: ticketStatusChanged, data: changeOf('handed', 'ben'), ...fresh() };
    const handed = { ...entry, dedupeKey: event.id, time: at, entityId: 'handed' };
    await world.own('monolith');
    expect((await handOver(handed)).status).toBe(503);
    await world.own('audit');
    expect((await handOver(handed, 'ticket')).status).toBe(403);
    expect((await handOver({ ...handed, action: 7 })).status).toBe(400);
    for (let time = 0; time < 2; time += 1) expect((await handOver(handed)).status).toBe(202);
    await world.tell('/helpdesk/ticket', event);
    await expect.poll(async () => (await notesAbout('handed')).length).toBe(1);
    expect(await rowsAbout('handed')).toEqual([{ actorId: 'ben', action: entry.action, metadata: entry.metadata }]);
    expect(await historyOf(audit.client, 'handed', 'ada')).toHaveLength(1);
  });

  test('behind a fence nothing is written and nothing is lost', async () => {
    const { audit: own } = world.databases;
    await own.query(`
      create or replace function refuse_write() returns trigger language plpgsql as $$
      begin raise exception 'audit_events is owned by another program' using errcode = '25006'; end $$;
      create trigger fence before insert or update or delete on audit_events for each statement execute function refuse_write()`);
    const handed = { ...entry, dedupeKey: crypto.randomUUID(), time: at, entityId: 'fenced' };
    try {
      expect((await handOver(handed)).status).toBe(503);
      await world.tell('/helpdesk/ticket', { contract: ticketStatusChanged, data: changeOf('fenced', 'ben'), ...fresh() });
      const setAside = `select from banyan.set_aside where partition_key = 'fenced'`;
      await expect.poll(async () => (await own.query(setAside)).rowCount, { timeout: 30_000 }).toBe(1);
    } finally {
      await own.query('drop trigger fence on audit_events');
    }
    await expect.poll(() => rowsAbout('fenced'), { timeout: 30_000 }).toHaveLength(1);
  });
});

describe('what administrators look for', () => {
  const get = (path: string) => audit.client.get(path, as('admin'));
  const actions = async (path: string) => {
    const { items, ...counted } = (await get(path)).json() as { items: { action: string }[]; total: number; page: number; limit: number };
    return [items.map(({ action }) => action), counted];
  };

  test('is found by what it is about, who did it, what it was, and when, page by page', async () => {
    const id = await makeTicket(world.ticket.client, 'ada');
    for (const status of ['DONE', 'OPEN']) await setStatus(world.ticket.client, id, status, 'ben');
    await historyOf(audit.client, id, 'ada');
    const all = ['ticket.status_changed', 'ticket.updated', 'ticket.status_changed', 'ticket.updated', 'ticket.created'];
    const [found, counted] = await actions(`/audit/entity/ticket/${id}`);
    expect((found as string[]).toSorted()).toEqual(all.toSorted());
    expect(counted).toEqual({ total: 5, page: 1, limit: 50 });
    const shown = `/audit/search?entityId=${id}&action=ticket.status_changed`;
    expect(await actions(`${shown}&limit=1&page=2`)).toEqual([['ticket.status_changed'], { total: 2, page: 2, limit: 1 }]);
    expect(await actions(`${shown}&limit=1&page=9`)).toEqual([[], { total: 2, page: 9, limit: 1 }]);
    expect(await actions(`${shown}&actorId=ada`)).toEqual([[], { total: 0, page: 1, limit: 50 }]);
    const last = (await historyOf(audit.client, id, 'ada'))[0]?.createdAt;
    expect((await actions(`${shown}&to=${last}`))[0]).toHaveLength(1);
    expect((await actions(`${shown}&from=${last}`))[0]).toHaveLength(1);
    expect(((await get('/audit/actor/ben?limit=200')).json() as { items: { actorId: string }[] }).items).toContainEqual(
      expect.objectContaining({ actorId: 'ben', entityId: id, isShown: true, actor: expect.objectContaining({ id: 'ben' }) as object }),
    );
    for (const query of ['page=0', 'limit=201', 'limit=x', 'from=yesterday'])
      expect((await get(`/audit/search?${query}`)).status).toBe(400);
  });

  test('with flag fix.role_actor says who has changed a role', async () => {
    const role = { userId: 'gil', email: '', oldRole: 'AGENT' as const, newRole: 'ADMIN' as const, actorId: 'admin' };
    await world.tell('/helpdesk/user', { contract: userRoleChanged, data: role, ...fresh() });
    await expect.poll(async () => (await notesAbout('gil')).length).toBe(1);
    const mended = await world.start({ environment: { FLAGS: 'fix.role_actor' } });
    try {
      const actorsOf = async (service: typeof audit) =>
        ((await service.client.get('/audit/entity/user/gil', as('admin'))).json() as { items: { actorId: string | null }[] }).items.map(
          ({ actorId }) => actorId,
        );
      expect([await actorsOf(audit), await actorsOf(mended)]).toEqual([[null], ['admin']]);
    } finally {
      await mended.stop();
    }
  });

  test('is answered as the contracts promise and its documents show, to administrators alone', async () => {
    expect(await (await fetch(`${audit.internalUrl}/docs`)).text()).toContain('/audit/search');
    const id = await makeTicket(world.ticket.client, 'ada');
    const paths = {
      'tickets.history': `/tickets/${id}/audit`,
      'audit.of-entity': `/audit/entity/ticket/${id}`,
      'audit.of-actor': '/audit/actor/ada',
      'audit.search': '/audit/search',
    };
    for (const endpoint of auditEndpoints) {
      const path = paths[endpoint.name];
      const answers = [await get(path), await audit.client.get(path, as('ada')), await audit.client.get(path)];
      expect(answers.map(({ status }) => status)).toEqual([200, endpoint.caller === 'admin' ? 403 : 200, 401]);
      expect(answers.flatMap((answer) => findProblems(endpoint, { status: answer.status, body: answer.json() }))).toEqual([]);
    }
    expect(findProblems(auditEndpoints[3], { status: 400, body: (await get('/audit/search?page=0')).json() })).toEqual([]);
  });
});
