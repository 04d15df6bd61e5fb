import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { signToken } from '@banyan/proof';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { jwtSecret, startTicketWorld, type TicketWorld } from './testing/ticket-world.ts';

let world: TicketWorld;
beforeAll(async () => {
  world = await startTicketWorld();
  await world.addUsers({ id: 'admin', role: 'ADMIN', firstName: 'Root' }, { id: 'ada', firstName: '' }, { id: 'ben' }, { id: 'cleo' });
});
afterAll(() => world?.stop());

beforeEach(async () => {
  await world.everywhere('delete from tickets');
  await world.everywhere(`
    insert into tickets (id, "userId", title, description, status, "assignedToUserId", "createdAt", "updatedAt") values
      ('one', 'ada', 'Of Ada', 'x', 'OPEN', null, '2026-01-01', '2026-01-01'), ('two', 'ben', 'Of Ben', 'y', 'DONE', 'cleo', '2026-01-02', '2026-01-02')`);
  await world.everywhere(`insert into ticket_comments (id, "ticketId", "authorId", body) values ('c', 'two', 'cleo', 'z')`);
});

/** What is made anew for every answer, and what follows from it. */
function masked(answer: string): string {
  return answer
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '(id)')
    .replace(/2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) => (time < '2026-01-03' ? time : '(time)'))
    .replace(/^ETag: W\/"([\da-f]+)-.*"\r$/gm, 'ETag: ($1)\r');
}

async function ask(request: RawRequest): Promise<readonly [string, string]> {
  const [monolith, ticket] = await Promise.all(
    [world.monolithPort, world.ticketPort].map(async (port) => masked(await exchangeRaw(port, request))),
  );
  return [monolith ?? '', ticket ?? ''];
}

const rowsOf = async (name: 'monolith' | 'ticket') => [
  (
    await world.databases[name].query(
      `select "userId", title, description, status, "assignedToUserId", "createdAt" = "updatedAt" as untouched from tickets order by title`,
    )
  ).rows,
  (await world.databases[name].query(`select "authorId", body, "isInternal" from ticket_comments order by body, "isInternal"`)).rows,
];

async function expectSame(request: RawRequest, status: number): Promise<void> {
  const [monolith, ticket] = await ask(request);
  expect(ticket).toBe(monolith);
  expect(ticket).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await rowsOf('ticket')).toEqual(await rowsOf('monolith'));
}

const send = (method: string, path: string, body: unknown, sub?: string): RawRequest => ({
  method,
  path,
  headers: [
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    ...(sub === undefined ? [] : [`Authorization: Bearer ${signToken({ sub, email: `${sub}@example.test`, role: 'AGENT' }, jwtSecret)}`]),
  ],
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

test.each<[string, unknown, number]>([
  ['a ticket', { title: 'Bücher – 東京 🎫', description: 'Line\r\nbreak' }, 201],
  ['spaces', { title: '  ', description: ' ' }, 201],
  [
    'wishes',
    { title: 'Wish', description: 'x', status: 'DONE', userId: 'ben', assignedToUserId: 'ben', id: 'mine', createdAt: '2001-01-01' },
    201,
  ],
  ['nothing', {}, 400],
  ['no body', undefined, 400],
  ['wrong types', { title: 7, description: null }, 400],
  ['a list', [], 400],
  ['a NUL', { title: 'a\0b', description: 'x' }, 500],
])('making %s', async (_name, body, status) => {
  await expectSame(send('POST', '/tickets', body, 'ada'), status);
});

test.each<[string, string, unknown, number]>([
  ['another', 'one', { status: 'DONE' }, 200],
  ['the same', 'two', { status: 'DONE' }, 200],
  ['back to the first', 'two', { status: 'OPEN' }, 200],
  ['none', 'one', {}, 200],
  ['none, and no body', 'one', undefined, 200],
  ['none, but a title', 'one', { title: 'another' }, 200],
  ['small letters', 'one', { status: 'done' }, 400],
  ['an empty text', 'one', { status: '' }, 400],
  ['a number', 'one', { status: 7 }, 400],
  ['null', 'one', { status: null }, 500],
  ['null of nothing', 'nothing', { status: null }, 404],
  ['of nothing', 'nothing', { status: 'DONE' }, 404],
  ['wrong, of nothing', 'nothing', { status: 'x' }, 400],
])('by a stranger, a status: %s', async (_name, id, body, status) => {
  await expectSame(send('PATCH', `/tickets/${id}`, body, 'cleo'), status);
});

describe('whose it is to do', () => {
  test.each<[string, string, unknown]>([
    ['somebody’s', 'one', { assignedToUserId: 'cleo' }],
    ['its owner’s', 'one', { assignedToUserId: 'ada' }],
    ['the same one’s', 'two', { assignedToUserId: 'cleo' }],
    ['nobody’s', 'two', { assignedToUserId: null }],
    ['not a word about it', 'two', {}],
    ['no body', 'two', undefined],
  ])('%s, and no hash of a password', async (_name, id, body) => {
    const answers = await ask(send('PATCH', `/tickets/${id}/assign`, body, 'admin'));
    const [monolith, ticket] = answers.map(
      (answer) => JSON.parse(/\r\n\r\n(.*?)HTTP\//s.exec(answer)?.[1] ?? '') as Record<'user' | 'assignedTo', object | null>,
    );
    const without = (person: object | null) =>
      person === null ? null : Object.fromEntries(Object.entries(person).filter(([name]) => name !== 'password'));
    const shown = monolith && { ...monolith, user: without(monolith.user), assignedTo: without(monolith.assignedTo) };
    expect(JSON.stringify(ticket)).toBe(JSON.stringify(shown));
    expect(answers[1]).toMatch(/^HTTP\/1.1 200 /);
    expect(await rowsOf('ticket')).toEqual(await rowsOf('monolith'));
  });

  test.each<[string, string, unknown, string | undefined, number]>([
    ['an agent', 'one', { assignedToUserId: 'cleo' }, 'ada', 403],
    ['without a token', 'one', { assignedToUserId: 'cleo' }, undefined, 401],
    ['of nothing', 'nothing', { assignedToUserId: 'cleo' }, 'admin', 500],
    ['of nothing, without a word', 'nothing', {}, 'admin', 500],
    ['to nobody there', 'one', { assignedToUserId: 'nobody' }, 'admin', 500],
    ['to an empty text', 'one', { assignedToUserId: '' }, 'admin', 500],
    ['to a number', 'one', { assignedToUserId: 7 }, 'admin', 500],
  ])('refused: %s', async (_name, id, body, sub, status) => {
    await expectSame(send('PATCH', `/tickets/${id}/assign`, body, sub), status);
  });

  test('what looks like an operator of the database layer is no user', async () => {
    const [monolith, ticket] = await ask(send('PATCH', '/tickets/one/assign', { assignedToUserId: { set: 'cleo' } }, 'admin'));
    expect([monolith, ticket].map((answer) => answer.slice(9, 12))).toEqual(['200', '500']);
  });
});

test.each<[string, string, unknown, number]>([
  ['a word', 'one', { body: 'I have the same.' }, 201],
  ['nothing', 'one', { body: '' }, 201],
  ['a note', 'one', { body: 'x', isInternal: true }, 201],
  ['a note that is none', 'one', { body: 'x', isInternal: false }, 201],
  ['a note by a number', 'one', { body: 'x', isInternal: 1 }, 201],
  ['a note by a text', 'one', { body: 'x', isInternal: 'false' }, 201],
  ['no text', 'one', {}, 500],
  ['no body', 'one', undefined, 500],
  ['null', 'one', { body: null }, 500],
  ['a number', 'one', { body: 7 }, 500],
  ['a mark that is 0', 'one', { body: 'x', isInternal: 0 }, 500],
  ['a mark that is null', 'one', { body: 'x', isInternal: null }, 500],
  ['a mark that is empty', 'one', { body: 'x', isInternal: '' }, 500],
  ['of nothing', 'nothing', {}, 404],
])('a stranger says: %s', async (_name, id, body, status) => {
  await expectSame(send('POST', `/tickets/${id}/comments`, body, 'cleo'), status);
});

test('deleted by who made it and by administrators, with what was said, once', async () => {
  for (const [id, sub, status] of [
    ['two', 'cleo', 403],
    ['two', undefined, 401],
    ['two', 'ben', 200],
    ['two', 'ben', 404],
    ['nothing', 'ben', 404],
    ['one', 'admin', 200],
  ] as const)
    await expectSame(send('DELETE', `/tickets/${id}`, undefined, sub), status);
  expect(await rowsOf('ticket')).toEqual([[], []]);
});
