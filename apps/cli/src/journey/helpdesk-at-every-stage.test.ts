import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnd } from '../running/end-of-monolith.ts';
import { type AcceptedSystem, type Holders, startAcceptedSystem } from './testing/accepted-system.ts';

const helpdesk = join(import.meta.dirname, '../../../../systems/helpdesk');

const accountTables = ['users', 'password_reset_tokens'];
const ticketTables = ['tickets', 'ticket_comments'];

const atTheMonolith: Holders = {};
const copied: Holders = { users: ['monolith', 'user'], password_reset_tokens: ['monolith', 'user'] };
const ownedByUser: Holders = { users: ['user', 'monolith'], password_reset_tokens: ['user', 'monolith'] };
const withTicketsCopied: Holders = { ...ownedByUser, tickets: ['monolith', 'ticket'], ticket_comments: ['monolith', 'ticket'] };
const withTicketsOwned: Holders = { ...ownedByUser, tickets: ['ticket', 'monolith'], ticket_comments: ['ticket', 'monolith'] };
const withMailsOwned: Holders = { ...withTicketsOwned, email_outbox: ['notification', 'monolith'] };
const withoutTheMonolith: Holders = {
  users: ['user'],
  password_reset_tokens: ['user'],
  tickets: ['ticket'],
  ticket_comments: ['ticket'],
  email_outbox: ['notification'],
  audit_events: ['audit'],
};
const withHistoryCopied: Holders = { ...withMailsOwned, audit_events: ['monolith', 'audit'] };
const withHistoryOwned: Holders = { ...withMailsOwned, audit_events: ['audit', 'monolith'] };

describe('every acceptance scenario of Helpdesk holds', { timeout: 600_000 }, () => {
  let system: AcceptedSystem;
  beforeAll(async () => {
    system = await startAcceptedSystem({
      directory: helpdesk,
      // Five polls are what the mailer gives a mail: a scenario waits for them.
      instrument: () => (program) => ({ nodeArguments: [], environment: program === 'mailer' ? { POLL_INTERVAL_MS: '250' } : {} }),
    });
  }, 240_000);
  afterAll(() => system?.stop());

  const accept = (tables: Holders, flags: readonly string[] = []) =>
    system.accept(tables, { flags, target: { settings: { frontendUrl: system.running.webUrl } }, scenariosMin: 44 });
  /** One after the other, and nobody writes meanwhile: while somebody without a token does, no log-in is compared. */
  const logInMany = async () => {
    for (let time = 0; time < 30; time += 1)
      expect((await post('/auth/login', { email: 'aino.abelard@helpdesk.test', password: 'helpdesk-demo' })).status).toBe(201);
  };
  /** By an administrator who writes nothing meanwhile. */
  const readMany = async (...paths: readonly string[]) => {
    const answer = await post('/auth/login', { email: 'aino.abelard@helpdesk.test', password: 'helpdesk-demo' });
    const headers = { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` };
    for (let time = 0; time < 10; time += 1)
      for (const path of paths) expect((await fetch(`${system.running.gatewayUrl}${path}`, { headers })).status).toBe(200);
  };
  const post = (path: string, body: object, token?: string) =>
    fetch(`${system.running.gatewayUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
  const whoAmI = async (token: string) => {
    const answer = await fetch(`${system.running.gatewayUrl}/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, ...((await answer.json()) as { email?: string }) };
  };
  const signUp = async (email: string) => {
    const answer = await post('/auth/signup', { email, password: 'correct horse' });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { user: { id: string } }).user;
  };
  /** What has been told of somebody; a row's events have ids of a kind of their own. */
  const eventsOf = (id: string) => {
    const text = `select type, substr(id::text, 15, 1) = '8' as "isOfRow" from banyan.events where aggregate_id = '${id}' order by position`;
    return system.rowsAt('event_store', text);
  };
  /** Content of what moves, on both sides. */
  const rowsOf = (program: string, tables: readonly string[]) =>
    Promise.all(tables.map((table) => system.rowsAt(program, `select * from ${table} order by id`)));

  test('with log-ins answered by both sides, and the same by both', async () => {
    await system.goTo('shadow', ['user']);
    const { id } = await signUp('before@example.test');
    await expect.poll(() => eventsOf(id)).toEqual([{ type: 'user.created', isOfRow: true }]);
    await logInMany();
    await system.goTo('canary', ['user'], 50);
    expect(await accept(copied)).toEqual([]);
    await logInMany();
    const { compared, mismatches } = await system.compared(['user']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  test('with users owned by their service, and the monolith asking its tables who somebody is', async () => {
    await system.goTo('owner', ['user']);
    const { id } = await signUp('as-owner@example.test');
    await expect.poll(() => eventsOf(id)).toEqual([{ type: 'user.created', isOfRow: false }]);
    expect(await accept(ownedByUser)).toEqual([]);
    // By the monolith before, by the bridge since: each once.
    const noted = `select email, count(*)::int as entries from audit_events join users on users.id = "entityId" where email in
      ('before@example.test', 'as-owner@example.test') and action = 'user.signup' group by email order by email`;
    expect(await system.rowsAt('monolith', noted)).toEqual([
      { email: 'as-owner@example.test', entries: 1 },
      { email: 'before@example.test', entries: 1 },
    ]);
  });

  test('with tickets read on both sides', async () => {
    await system.goTo('canary', ['ticket'], 50);
    expect(await accept(withTicketsCopied)).toEqual([]);
    const { compared, mismatches } = await system.compared(['ticket']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  test('with tickets owned by their service, their entries and mails still the monolith’s', async () => {
    await system.goTo('owner', ['ticket']);
    expect(await accept(withTicketsOwned)).toEqual([]);
  });

  test('A29: while the ticket service is away nobody is deleted; when it is back nothing of theirs is missing, and they are', async () => {
    const account = { email: 'a29@example.test', password: 'correct horse' };
    const { id } = await signUp(account.email);
    const tokenOf = async (one: object) => ((await (await post('/auth/login', one)).json()) as { token: string }).token;
    const [token, admin] = [await tokenOf(account), await tokenOf({ email: 'aino.abelard@helpdesk.test', password: 'helpdesk-demo' })];
    expect((await post('/tickets', { title: 'A29', description: 'x' }, token)).status).toBe(201);
    const ask = (path: string, bearer: string, method = 'GET') =>
      fetch(`${system.running.gatewayUrl}${path}`, { method, headers: { authorization: `Bearer ${bearer}` } });
    const pid = system.running.programs.get('ticket')?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      expect((await ask(`/admin/users/${id}`, admin, 'DELETE')).status).toBe(500);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await post('/auth/login', account)).status).toBe(201);
    const titles = async () => ((await (await ask('/tickets', token)).json()) as { title: string }[]).map(({ title }) => title);
    await expect.poll(titles, { timeout: 60_000 }).toEqual(['A29']);
    await expect.poll(async () => (await ask(`/admin/users/${id}`, admin, 'DELETE')).status, { timeout: 60_000 }).toBe(200);
    expect((await post('/auth/login', account)).status).toBe(401);
    const left = `select id from tickets where "userId" = '${id}'`;
    await expect.poll(() => system.rowsAt('ticket', left), { timeout: 60_000 }).toEqual([]);
  });

  test('with mails sent by their service, and the monolith’s mailer stopped', async () => {
    const before = await rowsOf('monolith', ['email_outbox']);
    await system.goTo('owner', ['notification']);
    expect(system.running.programs.has('mailer')).toBe(false);
    const { length } = await system.rowsAt('notification', 'select from email_outbox');
    expect(length).toBeGreaterThanOrEqual(before[0]?.length ?? 0);
    expect(await accept(withMailsOwned)).toEqual([]);
    expect(await system.rowsAt('notification', 'select id from email_outbox where not sent and attempts < 5')).toEqual([]);
    // Entries are still the bridge's to add.
    const { id } = await signUp('with-mails@example.test');
    const noted = `select action from audit_events where "entityId" = '${id}'`;
    await expect.poll(() => system.rowsAt('monolith', noted)).toEqual([{ action: 'user.signup' }]);
  });

  test('with mails sent by the monolith’s mailer again, each once', async () => {
    const owned = await rowsOf('notification', ['email_outbox']);
    await system.goTo('planned', ['notification']);
    expect(system.running.programs.has('mailer')).toBe(true);
    expect(await rowsOf('monolith', ['email_outbox'])).toEqual(owned);
    expect(await accept(withTicketsOwned)).toEqual([]);
    await system.goTo('owner', ['notification']);
  });

  test('with histories read on both sides', async () => {
    await system.goTo('canary', ['audit'], 50);
    expect(await accept(withHistoryCopied)).toEqual([]);
    const { compared, mismatches } = await system.compared(['audit']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  test('with histories owned by their service, to which the bridge hands what the monolith refuses', async () => {
    await system.goTo('owner', ['audit']);
    expect(await accept(withHistoryOwned)).toEqual([]);
  });

  test('with administrators’ lists and numbers read on both sides, then answered by their service alone', async () => {
    await system.goTo('shadow', ['admin']);
    await readMany('/admin/agents', '/admin/users', '/admin/dashboard/statistics');
    const { compared, mismatches } = await system.compared(['admin']);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(0);
    await system.goTo('canary', ['admin'], 100);
    expect(await accept(withHistoryOwned)).toEqual([]);
    await system.goTo('owner', ['admin']);
    expect(await accept(withHistoryOwned)).toEqual([]);
  });

  test('back at the monolith, with everybody who signed up meanwhile and what they asked for', async () => {
    const email = 'meanwhile@example.test';
    const { id } = await signUp(email);
    const token = ((await (await post('/auth/login', { email, password: 'correct horse' })).json()) as { token: string }).token;
    expect(await whoAmI(token)).toMatchObject({ status: 200, email });
    expect((await post('/tickets', { title: 'Meanwhile', description: 'x' }, token)).status).toBe(201);
    const noted = `select count(*)::int as entries from audit_events where "actorId" = '${id}'`;
    await expect.poll(() => system.rowsAt('audit', noted)).toEqual([{ entries: 2 }]);
    const owned = [
      ...(await rowsOf('user', accountTables)),
      ...(await rowsOf('ticket', ticketTables)),
      ...(await rowsOf('audit', ['audit_events'])),
    ];
    await system.goTo('planned', ['admin', 'audit', 'notification', 'ticket', 'user']);
    expect((await whoAmI(token)).status).toBe(404);
    expect(await rowsOf('monolith', [...accountTables, ...ticketTables, 'audit_events'])).toEqual(owned);
    expect(owned[0]?.some((row) => row['email'] === email)).toBe(true);
    expect(owned[2]?.some((row) => row['userId'] === id)).toBe(true);
    expect(await accept(atTheMonolith)).toEqual([]);
  });

  test('with the monolith off, and what was wrong with it mended', async () => {
    const { running, controller } = system;
    await system.goTo(
      'owner',
      running.plan.system.migration.extractions.map(({ name }) => name),
    );
    const { monolith } = await controller.read<StateView>('/v1/state');
    await system.goTo('retired', monolith.retirementOrder);
    await controller.move('/v1/corrections', { on: true, actor: 'acceptance' }, () => {});
    const ended = () => ({ ...readEnd(running.plan.directory), programs: [...running.programs.keys()] });
    await expect
      .poll(ended)
      .toMatchObject({ isMonolithOff: true, corrections: true, programs: expect.not.arrayContaining(['monolith']) as string[] });
    expect(await accept(withoutTheMonolith, system.corrections())).toEqual([]);
  });
});
