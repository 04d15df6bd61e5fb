import { createHttpClient, eventually, checkEqual, type HttpClient } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTicket, startTicketWorld, type TicketWorld } from '../testing/ticket-world.ts';
import { startUserEvents, type UserEvents } from '../testing/user-events.ts';
import { addWorkedExample, as, dangling, deleteAtMonolith, deleteUser, keptOf, own, shownOf } from '../testing/worked-example.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: TicketWorld;
let userEvents: UserEvents;
let client: HttpClient;
beforeAll(async () => {
  world = await startTicketWorld({ CLEANUP_WITHIN_MS: '20000' });
  userEvents = await startUserEvents(world.databases.user.url);
  client = createHttpClient(`http://127.0.0.1:${world.ticketPort}`);
  await world.addUsers({ id: 'admin', role: 'ADMIN' });
  await own(world, 'ticket');
  await world.fill();
});
afterAll(async () => {
  await client?.close();
  await userEvents?.close();
  await world?.stop();
});

const soon = { timeout: 60_000 };
const notFound = [404, { message: 'Ticket not found', error: 'Not Found', statusCode: 404 }];
const failed = { statusCode: 500, message: 'Internal server error' };
const deletionOf = async (id: string) =>
  (await world.databases.ticket.query('select deletion, "isDeleted" from people where id = $1', [id])).rows[0];

/** While `<name>-c` is being deleted. */
async function expectHidden(name: string, before: readonly unknown[]): Promise<void> {
  const [, , [, ticket], [, comments]] = before as [unknown, unknown, [number, object], [number, { authorId: string }[]]];
  expect(await shownOf(client, name)).toEqual([
    notFound,
    notFound,
    [200, { ...ticket, assignedToUserId: null, assignedTo: null }],
    [200, comments.filter(({ authorId }) => authorId !== `${name}-c`)],
  ]);
}

describe('the worked example', () => {
  test('who is deleted takes along what is theirs, as in the one statement of the monolith; it is to be seen as soon as it is answered', async () => {
    await addWorkedExample(world, 'r19');
    const before = await shownOf(client, 'r19');
    const answer = await deleteUser(world, 'r19-c');
    expect([answer.status, answer.text]).toEqual([200, '{"message":"User deleted successfully"}']);
    await expectHidden('r19', before);
    for (const reader of ['r19-b', 'r19-d']) expect((await client.get('/tickets/r19-1', as(reader))).status).toBe(404);
    expect((await client.get('/tickets', as('r19-c'))).status).toBe(401);
    expect((await deleteAtMonolith(world, 'r19-c')).status).toBe(200);
    const asInTheMonolith = await keptOf(world, 'monolith', 'r19');
    expect(asInTheMonolith.map((rows) => (rows as unknown[]).length)).toEqual([1, 1]);
    await expect.poll(() => keptOf(world, 'ticket', 'r19'), soon).toEqual(asInTheMonolith);
    expect(await dangling(world)).toEqual([]);
  });

  test('a deletion that is taken back leaves everything as it was, row by row', async () => {
    await addWorkedExample(world, 'back');
    const before = [await shownOf(client, 'back'), await keptOf(world, 'ticket', 'back')];
    await world.databases.user.query(`
      create or replace function fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
      create trigger fail before delete on users for each row execute function fail()`);
    const answer = await deleteUser(world, 'back-c');
    await world.databases.user.query('drop trigger fail on users');
    expect([answer.status, answer.json()]).toEqual([500, failed]);
    await expect.poll(() => deletionOf('back-c'), soon).toEqual({ deletion: null, isDeleted: false });
    expect([await shownOf(client, 'back'), await keptOf(world, 'ticket', 'back')]).toEqual(before);
    expect((await deleteUser(world, 'back-c')).status).toBe(200);
  });
});

describe('between the request and the end', () => {
  test('nothing of theirs is shown, and nothing new is theirs; what others do with their own stays', async () => {
    await addWorkedExample(world, 'gap');
    const before = await shownOf(client, 'gap');
    const { requested, answer } = await userEvents.request('gap-c');
    expect(answer).toMatchObject({ service: 'ticket', counts: { tickets: 1, comments: 3, unassigned: 1 } });
    await expectHidden('gap', before);
    // The user service knows them still: it has told of nothing.
    expect((await client.get('/tickets', as('gap-c'))).json()).toEqual([]);
    expect((await client.get('/tickets/inbox', as('gap-c'))).json()).toEqual([]);
    expect((await client.post('/tickets', { title: 'late', description: 'x' }, as('gap-c'))).status).toBe(500);
    expect((await client.post('/tickets/gap-2/comments', { body: 'late' }, as('gap-c'))).status).toBe(500);
    const assign = (assignedToUserId: string | null) =>
      client.request('PATCH', '/tickets/gap-2/assign', { json: { assignedToUserId }, ...as('admin') });
    expect((await assign('gap-c')).status).toBe(500);
    expect((await client.post('/tickets/gap-2/comments', { body: 'meanwhile' }, as('gap-d'))).status).toBe(201);
    expect((await assign('gap-d')).status).toBe(200);
    await userEvents.cancel(requested);
    await expect.poll(() => deletionOf('gap-c'), soon).toMatchObject({ deletion: null });
    const [mine, saidOfMine, [, theirs], [, saidOfTheirs]] = (await shownOf(client, 'gap')) as typeof before &
      [unknown, unknown, [number, object], [number, object[]]];
    expect([mine, saidOfMine]).toEqual(before.slice(0, 2));
    expect(theirs).toMatchObject({ assignedToUserId: 'gap-d' });
    expect(saidOfTheirs).toHaveLength(3);
  });

  test('two who have a part in each other’s tickets do not get in each other’s way', async () => {
    await addWorkedExample(world, 'two');
    const before = await shownOf(client, 'two');
    const [ofB, ofC] = [await userEvents.request('two-b'), await userEvents.request('two-c')];
    expect(await shownOf(client, 'two')).toEqual([notFound, notFound, notFound, notFound]);
    await userEvents.cancel(ofB.requested);
    await expect.poll(() => deletionOf('two-b'), soon).toMatchObject({ deletion: null });
    await expectHidden('two', before);
    await userEvents.cancel(ofC.requested);
    await expect.poll(() => deletionOf('two-c'), soon).toMatchObject({ deletion: null });
    expect(await shownOf(client, 'two')).toEqual(before);
  });

  test('what comes twice is answered once, and a request after its end is no request', async () => {
    await addWorkedExample(world, 'twice');
    const before = await shownOf(client, 'twice');
    const { requested } = await userEvents.request('twice-c');
    const answers = userEvents.answers();
    await userEvents.cancel(requested);
    await userEvents.again(requested);
    const { requested: next } = await userEvents.request('twice-b');
    await userEvents.cancel(next);
    await expect.poll(() => deletionOf('twice-b'), soon).toMatchObject({ deletion: null });
    expect(userEvents.answers()).toBe(answers + 1);
    await expect.poll(() => shownOf(client, 'twice'), soon).toEqual(before);
  });

  test('whom the copy of users does not know yet nobody looks up', async () => {
    await world.addUsers({ id: 'new' });
    const { requested } = await userEvents.request('new');
    expect((await client.post('/tickets', { title: 'late', description: 'x' }, as('new'))).status).toBe(500);
    await userEvents.cancel(requested);
    await expect.poll(() => deletionOf('new'), soon).toBeUndefined();
    expect((await client.post('/tickets', { title: 'in time', description: 'x' }, as('new'))).status).toBe(201);
  });
});

test('what is written while its owner is being deleted is there before, or not at all', async () => {
  await addWorkedExample(world, 'race');
  const writing = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0
      ? client.post('/tickets', { title: `race ${at}`, description: 'x' }, as('race-c'))
      : client.post('/tickets/race-2/comments', { body: `race ${at}` }, as('race-c')),
  );
  expect((await deleteUser(world, 'race-c')).status).toBe(200);
  const statuses = new Set((await Promise.all(writing)).map(({ status }) => status));
  expect([...statuses].filter((status) => ![201, 401, 500].includes(status))).toEqual([]);
  await expect.poll(() => deletionOf('race-c'), soon).toMatchObject({ isDeleted: true });
  expect(await dangling(world)).toEqual([]);
});

test('in the middle of a cutover of tickets nobody is deleted', async () => {
  await addWorkedExample(world, 'fence');
  const before = await shownOf(client, 'fence');
  await world.databases.ticket.query(`
    create or replace function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'tickets is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on tickets for each statement execute function refuse_write()`);
  const answer = await deleteUser(world, 'fence-c');
  await world.databases.ticket.query('drop trigger fence on tickets');
  expect([answer.status, answer.json()]).toEqual([500, failed]);
  expect(await shownOf(client, 'fence')).toEqual(before);
  const reasons = `select reason from banyan.sagas where state = 'compensated' order by started_at desc limit 1`;
  expect((await world.databases.user.query(reasons)).rows).toEqual([{ reason: 'ticket: Tickets change their owner' }]);
});

test('while the tickets are the monolith’s there is nothing to hide', async () => {
  await addWorkedExample(world, 'away');
  await own(world, 'monolith');
  const before = await shownOf(client, 'away');
  const { requested, answer } = await userEvents.request('away-c');
  expect(answer).toMatchObject({ counts: {} });
  expect(await shownOf(client, 'away')).toEqual(before);
  await userEvents.cancel(requested);
  await own(world, 'ticket');
});

test('A29: while this service is away nobody is deleted, and nothing of theirs is missing; when it is back they are', async () => {
  const user = createHttpClient(`http://127.0.0.1:${world.userPort}`);
  const account = { email: 'a29@example.test', password: 'correct horse' };
  const signedUp = (await user.post('/auth/signup', account)).json() as { user: { id: string }; token: string };
  await addWorkedExample(world, 'a29');
  await world.databases.ticket.query(`update tickets set "userId" = $1 where id = 'a29-1'`, [signedUp.user.id]);
  await world.databases.ticket.query(`update tickets set "assignedToUserId" = $1 where id = 'a29-2'`, [signedUp.user.id]);
  const before = await shownOf(client, 'a29');
  await world.ticket.stop();
  const answer = await deleteUser(world, signedUp.user.id);
  expect([answer.status, answer.json()]).toEqual([500, failed]);
  expect((await user.post('/auth/login', account)).status).toBe(201);

  const back = await startTicket(world);
  const again = createHttpClient(`http://127.0.0.1:${back.port}`);
  try {
    await eventually(async () => checkEqual(await shownOf(again, 'a29'), before, 'what is shown'), { timeoutMs: 60_000 });
    await expect.poll(async () => (await deleteUser(world, signedUp.user.id)).status, soon).toBe(200);
    expect((await user.post('/auth/login', account)).status).toBe(401);
    expect((await again.get('/tickets/a29-1', as('admin'))).status).toBe(404);
  } finally {
    await Promise.all([again.close(), user.close()]);
    await back.program.stop();
  }
});
