import { findProblems } from '@banyan/contract';
import { createHttpClient, type HttpClient, signToken } from '@banyan/proof';
import { ticketEndpoints } from '@helpdesk/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jwtSecret, startTicketWorld, type TicketWorld } from './testing/ticket-world.ts';

let world: TicketWorld;
let client: HttpClient;
beforeAll(async () => {
  world = await startTicketWorld();
  client = createHttpClient(`http://127.0.0.1:${world.ticketPort}`);
  await world.addUsers({ id: 'ada' }, { id: 'ben' }, { id: 'cleo' });
  await world.databases.ticket.query(`
    insert into tickets (id, "userId", title, description, "assignedToUserId", "updatedAt") values ('one', 'ada', 'x', 'y', 'ben', '2026-01-01');
    insert into ticket_comments (id, "ticketId", "authorId", body) values ('c', 'one', 'cleo', 'z')`);
});
afterAll(async () => {
  await client?.close();
  await world?.stop();
});

const as = (sub: string) => ({ token: signToken({ sub }, jwtSecret) });
const people = async () => (await world.databases.ticket.query('select id, "firstName", "isDeleted" from people order by id')).rows;

test('whom no event has told of yet is looked up, and known from then on', async () => {
  expect(await people()).toEqual([]);
  const ticket = (await client.get('/tickets/one', as('ada'))).json();
  expect(ticket).toMatchObject({ user: { id: 'ada', email: 'ada@example.test' }, assignedTo: { id: 'ben' } });
  expect((await people()).map(({ id }) => id as string)).toEqual(['ada', 'ben']);
});

test('the copy of users is filled from their owner, kept by its events, and equal to it', async () => {
  await world.fill();
  expect((await people()).map(({ id }) => id as string)).toEqual(['ada', 'ben', 'cleo']);
  const user = createHttpClient(`http://127.0.0.1:${world.userPort}`);
  try {
    const signUp = await user.post('/auth/signup', { email: 'dora@example.test', password: 'correct horse', firstName: 'Dora' });
    const { user: dora } = signUp.json() as { user: { id: string } };
    await expect.poll(people).toContainEqual({ id: dora.id, firstName: 'Dora', isDeleted: false });
    await world.databases.user.query(`update users set role = 'ADMIN' where id = 'ada'`);
    expect((await user.request('DELETE', `/admin/users/${dora.id}`, as('ada'))).status).toBe(200);
    await expect.poll(people).toContainEqual({ id: dora.id, firstName: 'Dora', isDeleted: true });
    expect((await user.request('PATCH', '/admin/users/ben/role', { json: { role: 'ADMIN' }, ...as('ada') })).status).toBe(200);
    const role = `select role from people where id = 'ben'`;
    await expect.poll(async () => (await world.databases.ticket.query(role)).rows).toEqual([{ role: 'ADMIN' }]);
  } finally {
    await user.close();
  }
});

test('what it answers is what its contracts promise', async () => {
  const answers = {
    'tickets.list': [await client.get('/tickets', as('ada')), await client.get('/tickets')],
    'tickets.inbox': [await client.get('/tickets/inbox', as('ben'))],
    'tickets.view': [
      await client.get('/tickets/one', as('ada')),
      await client.get('/tickets/one', as('cleo')),
      await client.get('/tickets/x', as('ada')),
    ],
    'tickets.comments': [await client.get('/tickets/one/comments', as('cleo')), await client.get('/tickets/x/comments', as('ada'))],
  };
  const statuses = Object.values(answers)
    .flat()
    .map(({ status }) => status);
  expect(statuses).toEqual([200, 401, 200, 200, 403, 404, 200, 404]);
  const problems = ticketEndpoints.flatMap((endpoint) =>
    answers[endpoint.name].flatMap((answer) => findProblems(endpoint, { status: answer.status, body: answer.json() })),
  );
  expect(problems).toEqual([]);
});

test('while nobody can say who somebody is, what is read is answered by the copy of users, and says so; nothing is written', async () => {
  await world.user.stop();
  const read = await client.get('/tickets', as('ada'));
  expect([read.status, read.headers['x-degraded']]).toEqual([200, 'auth']);
  expect((await client.post('/tickets', { title: 'x', description: 'y' }, as('ada'))).status).toBe(503);
  for (const token of [as('nobody'), {}]) expect((await client.get('/tickets', token)).status).toBe(401);
});
