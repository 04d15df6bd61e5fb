import { findProblems } from '@banyan/contract';
import { createHttpClient, type HttpClient, signToken } from '@banyan/proof';
import { ticketChangeEndpoints } from '@helpdesk/contracts';
import { events } from '@helpdesk/contracts/events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jwtSecret, startTicket, startTicketWorld, type TicketWorld } from './testing/ticket-world.ts';

let world: TicketWorld;
let client: HttpClient;
beforeAll(async () => {
  world = await startTicketWorld();
  client = createHttpClient(`http://127.0.0.1:${world.ticketPort}`);
  await world.addUsers({ id: 'admin', role: 'ADMIN' }, { id: 'ada' }, { id: 'ben' }, { id: 'cleo' });
});
afterAll(async () => {
  await client?.close();
  await world?.stop();
});
afterEach(() => world.databases.ticket.query('delete from tickets'));

const as = (sub: string) => ({ token: signToken({ sub }, jwtSecret) });
const patch = (path: string, json: unknown, sub: string) => client.request('PATCH', path, { json, ...as(sub) });

async function makeTicket(sub: string): Promise<string> {
  const answer = await client.post('/tickets', { title: 'The printer', description: 'It does not print.' }, as(sub));
  expect(answer.status).toBe(201);
  return (answer.json() as { id: string }).id;
}

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What has been published about a ticket, oldest first, once there are so many; the log is the user service's database. */
async function told(ticketId: string, count: number): Promise<Told[]> {
  const text = 'select type, payload from banyan.events where aggregate_id = $1 order by position';
  await expect.poll(async () => (await world.databases.user.query(text, [ticketId])).rowCount).toBe(count);
  const { rows } = await world.databases.user.query<Told & Record<string, unknown>>(text, [ticketId]);
  for (const { type, payload } of rows)
    expect(events.find(({ contract }) => contract.type === type)?.contract.data.safeParse(payload).success).toBe(true);
  return rows;
}

describe('what is published, in the transaction of the change', () => {
  test('of a ticket from its beginning to its end', async () => {
    const id = await makeTicket('ada');
    for (const status of ['DONE', 'DONE', undefined]) expect((await patch(`/tickets/${id}`, { status }, 'cleo')).status).toBe(200);
    for (const assignedToUserId of ['ben', null, undefined])
      expect((await patch(`/tickets/${id}/assign`, { assignedToUserId }, 'admin')).status).toBe(200);
    expect((await client.post(`/tickets/${id}/comments`, { body: 'secret', isInternal: true }, as('cleo'))).status).toBe(201);
    expect((await client.request('DELETE', `/tickets/${id}`, as('ada'))).status).toBe(200);
    const all = await told(id, 11);
    const of = (type: string) => all.filter((one) => one.type === `ticket.${type}`).map(({ payload }) => payload);
    expect(of('created')).toMatchObject([{ userId: 'ada', title: 'The printer', status: 'OPEN', userEmail: 'ada@example.test' }]);
    expect(of('updated').map(({ changed, actorId }) => [changed, actorId])).toEqual([
      [['status'], 'cleo'],
      [[], 'cleo'],
      [['assignedToUserId'], 'admin'],
      [['assignedToUserId'], 'admin'],
    ]);
    expect(of('status_changed')).toMatchObject([{ oldStatus: 'OPEN', newStatus: 'DONE', actorId: 'cleo', userEmail: 'ada@example.test' }]);
    expect(of('assigned')).toMatchObject([
      { assignedToUserId: 'ben', assigneeEmail: 'ben@example.test', previousAssigneeId: null },
      { assignedToUserId: null, assigneeEmail: null, previousAssigneeId: 'ben' },
      { assigneeEmail: null, previousAssigneeId: null },
    ]);
    expect(of('assigned')[2]).not.toHaveProperty('assignedToUserId');
    expect(of('comment_added')).toMatchObject([{ authorId: 'cleo', isInternal: true, bodyLength: 6 }]);
    expect(of('deleted')).toMatchObject([{ userId: 'ada', actorId: 'ada', commentCount: 1 }]);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  test('a change that several ask for at once is made and told once, and what is refused is not told', async () => {
    const id = await makeTicket('ada');
    const answers = await Promise.all([1, 2, 3, 4].map(() => patch(`/tickets/${id}`, { status: 'DONE' }, 'cleo')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await patch(`/tickets/${id}/assign`, { assignedToUserId: 'nobody' }, 'admin');
    await client.request('DELETE', `/tickets/${id}`, as('cleo'));
    const types = (await told(id, 6)).map(({ type }) => type);
    expect(types.filter((type) => type === 'ticket.status_changed')).toHaveLength(1);
    expect((await world.databases.ticket.query('select from banyan.outbox')).rowCount).toBe(0);
  });
});

describe('what goes with a user', () => {
  beforeAll(() => world.fill());
  const own = (owner: string) =>
    world.databases.ticket.query(
      `insert into banyan.owners (extraction, owner) values ('ticket', $1) on conflict (extraction) do update set owner = excluded.owner`,
      [owner],
    );
  const removeUser = async (id: string) => {
    const user = createHttpClient(`http://127.0.0.1:${world.userPort}`);
    try {
      return await user.request('DELETE', `/admin/users/${id}`, as('admin'));
    } finally {
      await user.close();
    }
  };
  const isTold = async (id: string) => {
    const text = 'select "isDeleted" from people where id = $1';
    await expect.poll(async () => (await world.databases.ticket.query(text, [id])).rows).toEqual([{ isDeleted: true }]);
  };
  const ticketsLeft = async () =>
    (await world.databases.ticket.query('select id, "assignedToUserId", "updatedAt" from tickets order by id')).rows;

  test('once the tickets are this service’s: theirs with all that was said, their words elsewhere, and their work; of nobody else anything', async () => {
    await own('ticket');
    await world.addUsers({ id: 'dora' });
    const [theirs, others] = [await makeTicket('dora'), await makeTicket('ada')];
    for (const [id, author] of [
      [theirs, 'ben'],
      [others, 'dora'],
      [others, 'ben'],
    ] as const)
      expect((await client.post(`/tickets/${id}/comments`, { body: author }, as(author))).status).toBe(201);
    await patch(`/tickets/${others}/assign`, { assignedToUserId: 'dora' }, 'admin');
    const [before] = (await ticketsLeft()).filter(({ id }) => id === others);
    expect((await removeUser('dora')).status).toBe(200);
    await expect.poll(ticketsLeft).toEqual([{ ...before, assignedToUserId: null }]);
    expect((await world.databases.ticket.query('select body from ticket_comments')).rows).toEqual([{ body: 'ben' }]);
    expect((await told(theirs, 3))[2]).toMatchObject({ type: 'ticket.deleted', payload: { actorId: null, commentCount: 1 } });
    expect((await client.post('/tickets', { title: 'late', description: 'x' }, as('dora'))).status).toBe(401);
  });

  test('whoever is gone is given nothing, however late it is heard', async () => {
    const id = await makeTicket('ada');
    await world.addUsers({ id: 'emil' });
    await world.databases.ticket.query(`insert into people (id, email, role, "isDeleted") values ('emil', '', 'AGENT', true)`);
    expect((await patch(`/tickets/${id}/assign`, { assignedToUserId: 'emil' }, 'admin')).status).toBe(500);
    expect((await client.post('/tickets', { title: 'late', description: 'x' }, as('emil'))).status).toBe(500);
    expect(await ticketsLeft()).toMatchObject([{ id, assignedToUserId: null }]);
  });

  test('as long as they are the monolith’s it removes its own', async () => {
    await own('monolith');
    await world.addUsers({ id: 'fred' });
    const id = await makeTicket('fred');
    expect((await removeUser('fred')).status).toBe(200);
    await isTold('fred');
    expect(await ticketsLeft()).toMatchObject([{ id }]);
  });
});

test('behind a fence it answers 503 with Retry-After, writes and tells nothing', async () => {
  const id = await makeTicket('ada');
  await world.databases.ticket.query(`
    create or replace function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'tickets is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on tickets for each statement execute function refuse_write()`);
  const refused = await patch(`/tickets/${id}`, { status: 'DONE' }, 'ada');
  await world.databases.ticket.query('drop trigger fence on tickets');
  expect([refused.status, refused.headers['retry-after'], refused.json()]).toEqual([
    503,
    '1',
    { statusCode: 503, message: 'Service Unavailable' },
  ]);
  expect((await told(id, 1)).map(({ type }) => type)).toEqual(['ticket.created']);
});

test('flags: 400 for what the monolith fails at, 404 for no such ticket', async () => {
  const id = await makeTicket('ada');
  const corrected = await startTicket(world, { FLAGS: 'fix.validation,fix.races' });
  const asked = createHttpClient(`http://127.0.0.1:${corrected.port}`);
  try {
    const assign = (ticket: string, assignedToUserId: unknown) =>
      asked.request('PATCH', `/tickets/${ticket}/assign`, { json: { assignedToUserId }, ...as('admin') });
    for (const wanted of ['nobody', '', 7]) expect((await assign(id, wanted)).status).toBe(400);
    expect((await assign('nothing', 'ada')).status).toBe(404);
    expect((await asked.request('PATCH', `/tickets/${id}`, { json: { status: null }, ...as('ada') })).status).toBe(400);
    expect((await asked.post('/tickets', { title: 'a\0b', description: 'c' }, as('ada'))).status).toBe(400);
    expect((await asked.get('/tickets/a%00b', as('ada'))).status).toBe(400);
    for (const body of [{}, { body: 7 }, { body: 'x', isInternal: 0 }])
      expect((await asked.post(`/tickets/${id}/comments`, body, as('ada'))).status).toBe(400);
  } finally {
    await asked.close();
    await corrected.program.stop();
  }
});

test('what it answers is what its contracts promise', async () => {
  const id = await makeTicket('ada');
  const answers = {
    'tickets.create': [
      await client.post('/tickets', { title: 'x', description: 'y' }, as('ada')),
      await client.post('/tickets', {}, as('ada')),
    ],
    'tickets.change-status': [await patch(`/tickets/${id}`, { status: 'DONE' }, 'cleo'), await patch('/tickets/x', {}, 'cleo')],
    'tickets.assign': [
      await patch(`/tickets/${id}/assign`, { assignedToUserId: 'ben' }, 'admin'),
      await patch(`/tickets/${id}/assign`, {}, 'ada'),
      await patch('/tickets/x/assign', {}, 'admin'),
    ],
    'tickets.add-comment': [
      await client.post(`/tickets/${id}/comments`, { body: '' }, as('ben')),
      await client.post(`/tickets/${id}/comments`, {}, as('ben')),
    ],
    'tickets.delete': [
      await client.request('DELETE', `/tickets/${id}`, as('ben')),
      await client.request('DELETE', `/tickets/${id}`, as('ada')),
    ],
  };
  const statuses = Object.values(answers)
    .flat()
    .map(({ status }) => status);
  expect(statuses).toEqual([201, 400, 200, 404, 200, 403, 500, 201, 500, 403, 200]);
  const problems = ticketChangeEndpoints.flatMap((endpoint) =>
    answers[endpoint.name].flatMap((answer) => findProblems(endpoint, { status: answer.status, body: answer.json() })),
  );
  expect(problems).toEqual([]);
});
