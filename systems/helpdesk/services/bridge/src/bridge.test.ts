import { rowEventId } from '@banyan/contract';
import type { HttpClient } from '@banyan/proof';
import type { TestDatabase } from '@banyan/proof/test-database';
import { ticketAssigned, ticketCreated, ticketDeleted, ticketStatusChanged, userCreated, userDeleted } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BridgeWorld, startBridgeWorld } from './testing/bridge-world.ts';

let world: BridgeWorld;
beforeAll(async () => {
  world = await startBridgeWorld();
});
afterAll(() => world?.stop());

interface Account {
  readonly user: { readonly id: string };
  readonly token: string;
}

const password = 'correct horse';

async function signUp(client: HttpClient, email: string, more: object = {}): Promise<Account> {
  const answer = await client.post('/auth/signup', { email, password, ...more });
  expect(answer.status).toBe(201);
  return answer.json() as Account;
}

/** Whose accounts and whose rows: the service with the monolith beside it, or the monolith alone. */
interface Side {
  readonly client: HttpClient;
  readonly accounts: TestDatabase;
  readonly rows: TestDatabase;
}

const sides = (): readonly [Side, Side] => {
  const { user, alone, databases } = world;
  return [
    { client: user, accounts: databases.user, rows: databases.monolith },
    { client: alone, accounts: databases.alone, rows: databases.alone },
  ];
};

interface EntryRow {
  readonly actor: string | null;
  readonly action: string;
  readonly entity: string;
  readonly metadata: object;
}

interface MailRow {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

const entriesOf = async (database: TestDatabase) =>
  (
    await database.query<EntryRow & Record<string, unknown>>(
      `select "actorId" as actor, action, "entityType" || ' ' || "entityId" as entity, metadata from audit_events order by "createdAt"`,
    )
  ).rows;
const mailsOf = async (database: TestDatabase) =>
  (await database.query<MailRow & Record<string, unknown>>('select "to", subject, body from email_outbox order by "createdAt"')).rows;

/** Everything that can happen to accounts; answers the ids that it made by a name for each. */
async function liveThrough({ client, accounts, rows }: Side): Promise<Record<string, string>> {
  const root = await signUp(client, 'root@example.test', { firstName: 'Root' });
  await accounts.query(`update users set role = 'ADMIN' where id = $1`, [root.user.id]);
  const ada = await signUp(client, 'ada@example.test', { firstName: '' });
  const ben = await signUp(client, 'ben@example.test');
  const as = { token: root.token };
  await client.post('/auth/forgot-password', { email: 'ada@example.test' });
  await client.post('/auth/forgot-password', { email: 'nobody@example.test' });
  await expect.poll(async () => (await mailsOf(rows)).length).toBe(4);
  const token = /token=([0-9a-f]{64})/.exec((await mailsOf(rows))[3]?.body ?? '')?.[1] ?? '';
  expect((await client.post('/auth/reset-password', { token, newPassword: 'battery staple' })).status).toBe(201);
  for (const role of ['ADMIN', undefined, 'AGENT'])
    expect((await client.request('PATCH', `/admin/users/${ada.user.id}/role`, { json: { role }, ...as })).status).toBe(200);
  expect((await client.request('DELETE', `/admin/users/${ben.user.id}`, as)).status).toBe(200);
  return { [root.user.id]: 'root', [ada.user.id]: 'ada', [ben.user.id]: 'ben' };
}

const named = (text: string, names: Record<string, string>): unknown =>
  JSON.parse(
    Object.entries(names)
      .reduce((changed, [id, name]) => changed.replaceAll(id, name), text)
      .replaceAll(/token=[0-9a-f]{64}/g, 'token'),
  );

test('entries and mails are those that the monolith would have written, in their order, each once', async () => {
  const [service, alone] = sides();
  const names = [await liveThrough(service), await liveThrough(alone)] as const;
  await expect.poll(async () => (await entriesOf(service.rows)).length).toBe((await entriesOf(alone.rows)).length);
  const seen = async ({ rows }: Side, known: Record<string, string>) =>
    named(JSON.stringify([await entriesOf(rows), await mailsOf(rows)]), known);
  expect(await seen(service, names[0])).toEqual(await seen(alone, names[1]));
  expect((await entriesOf(service.rows)).map(({ action }) => action)).toContain('user.password_reset');
});

test('while nobody knows whether its actor is there an entry waits, and then comes once', async () => {
  const [{ client, rows }] = sides();
  world.loseTouch(4);
  const { user } = await signUp(client, 'late@example.test');
  const entries = async () => (await entriesOf(rows)).filter(({ entity }) => entity === `user ${user.id}`);
  await expect.poll(entries).toEqual([{ actor: user.id, action: 'user.signup', entity: `user ${user.id}`, metadata: {} }]);
  await expect.poll(async () => (await mailsOf(rows)).filter(({ to }) => to === 'late@example.test').length).toBe(1);
});

test('what a row of the monolith has told it has noted itself', async () => {
  const { monolith } = world.databases;
  const time = new Date();
  const at = time.toISOString();
  const person = { userId: 'told', email: 'told@example.test', firstName: null, lastName: null, role: 'AGENT' as const, updatedAt: at };
  const ofRow = (name: string) => ({ id: rowEventId(name), time });
  await world.tell('/helpdesk/user', [
    { contract: userCreated, data: { ...person, createdAt: at }, ...ofRow('a') },
    { contract: userDeleted, data: { userId: 'told', email: null, role: null, actorId: null, deletedAt: at }, ...ofRow('b') },
    {
      contract: userDeleted,
      data: { userId: 'told', email: 'x', role: 'AGENT', actorId: null, deletedAt: at },
      id: crypto.randomUUID(),
      time,
    },
  ]);
  const entries = async () => (await entriesOf(monolith)).filter(({ entity }) => entity === 'user told');
  await expect
    .poll(entries)
    .toEqual([{ actor: null, action: 'user.deleted', entity: 'user told', metadata: { email: 'x', role: 'AGENT' } }]);
  expect((await mailsOf(monolith)).filter(({ to }) => to === 'told@example.test')).toEqual([]);
});

test('what happens to tickets is noted and told as the monolith does; what follows from a user’s end is not', async () => {
  const [{ client }] = sides();
  const { monolith } = world.databases;
  const { user } = await signUp(client, 'owner@example.test');
  const time = new Date();
  const updatedAt = time.toISOString();
  const common = { ticketId: 'a-ticket', userId: user.id, title: 'The printer', actorId: user.id, updatedAt };
  const told = { userEmail: 'owner@example.test', assigneeEmail: null, previousAssigneeId: null };
  const fresh = () => ({ id: crypto.randomUUID(), time });
  const created = {
    ticketId: 'a-ticket',
    userId: user.id,
    title: 'The printer',
    description: 'x',
    status: 'OPEN' as const,
    createdAt: updatedAt,
  };
  const deleted = { ticketId: 'a-ticket', userId: user.id, commentCount: 0, deletedAt: updatedAt };
  await world.tell('/helpdesk/ticket', [
    { contract: ticketCreated, data: { ...created, userEmail: null }, id: rowEventId('a ticket'), time },
    { contract: ticketCreated, data: { ...created, userEmail: 'owner@example.test' }, ...fresh() },
    { contract: ticketStatusChanged, data: { ...common, userEmail: told.userEmail, oldStatus: 'OPEN', newStatus: 'DONE' }, ...fresh() },
    { contract: ticketAssigned, data: { ...common, ...told, assignedToUserId: user.id, assigneeEmail: 'owner@example.test' }, ...fresh() },
    { contract: ticketAssigned, data: { ...common, ...told, assignedToUserId: null }, ...fresh() },
    { contract: ticketAssigned, data: { ...common, ...told }, ...fresh() },
    { contract: ticketDeleted, data: { ...deleted, actorId: null }, ...fresh() },
    { contract: ticketDeleted, data: { ...deleted, actorId: user.id }, ...fresh() },
  ]);
  const entries = async () =>
    (await entriesOf(monolith)).filter(({ entity }) => entity === 'ticket a-ticket').map(({ action, metadata }) => [action, metadata]);
  await expect.poll(async () => (await entries()).length).toBe(6);
  const expected = [
    ['ticket.created', {}],
    ['ticket.status_changed', { oldStatus: 'OPEN', newStatus: 'DONE' }],
    ['ticket.assigned', { assignedToUserId: user.id }],
    ['ticket.unassigned', { assignedToUserId: null }],
    ['ticket.unassigned', {}],
    ['ticket.deleted', {}],
  ];
  expect(await entries()).toEqual(expect.arrayContaining(expected) as unknown);
  const bodies = (await mailsOf(monolith))
    .filter(({ to, subject }) => to === told.userEmail && subject.endsWith('The printer'))
    .map(({ body }) => body);
  expect(bodies.toSorted()).toEqual([
    'The status of your ticket "The printer" has changed.\n\nOld status: OPEN\nNew status: DONE',
    'Your ticket "The printer" has been assigned to owner@example.test.',
    'Your ticket "The printer" is no longer assigned.',
    'Your ticket "The printer" is no longer assigned.',
  ]);
});

test('what the monolith’s queue refuses is handed over to whoever has it by then; entries are still the monolith’s', async () => {
  const [{ client, rows }] = sides();
  const { notification } = world.databases;
  await rows.query(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'fenced' using errcode = 'read_only_sql_transaction'; end $$;
    create trigger refuse before insert on email_outbox for each statement execute function refuse()`);
  const { user } = await signUp(client, 'moved@example.test');
  const handedOver = async () => (await mailsOf(notification)).map(({ to, subject }) => [to, subject]);
  await expect.poll(handedOver).toEqual([['moved@example.test', 'Welcome to Helpdesk']]);
  await rows.query('drop trigger refuse on email_outbox');
  expect((await entriesOf(rows)).filter(({ entity }) => entity === `user ${user.id}`)).toHaveLength(1);
  expect((await mailsOf(rows)).filter(({ to }) => to === 'moved@example.test')).toEqual([]);
});

test('what the monolith refuses, because the entries have moved, the audit service is given until it takes it', async () => {
  const { databases, audit } = world;
  await databases.monolith.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'audit_events is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on audit_events for each statement execute function refuse_write()`);
  try {
    const { user } = await signUp(world.user, 'noted@example.test');
    const handed = { actorId: user.id, action: 'user.signup', entityType: 'user', entityId: user.id, metadata: {} };
    const isWhole = expect.objectContaining({
      ...handed,
      dedupeKey: expect.any(String) as string,
      time: expect.any(String) as string,
    }) as object;
    await expect.poll(() => audit.handedOver, { timeout: 30_000 }).toContainEqual(isWhole);
    audit.status = 202;
    await expect
      .poll(async () => (await mailsOf(databases.monolith)).filter(({ to }) => to === 'noted@example.test').length, { timeout: 30_000 })
      .toBe(1);
    expect(new Set(audit.handedOver.map((body) => JSON.stringify(body))).size).toBe(1);
  } finally {
    await databases.monolith.query('drop trigger fence on audit_events');
  }
});
