import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { signToken, unsignedToken } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jwtSecret, startTicketWorld, type TicketWorld } from './testing/ticket-world.ts';

let world: TicketWorld;
beforeAll(async () => {
  world = await startTicketWorld();
  await world.addUsers({ id: 'admin', role: 'ADMIN', firstName: 'Root' }, { id: 'ada', firstName: '' }, { id: 'ben' }, { id: 'cleo' });
  await world.everywhere(`
    insert into tickets (id, "userId", title, description, status, "assignedToUserId", "createdAt", "updatedAt") values
      ('one', 'ada', 'Bücher – 東京 🎫', 'It is <b>gone</b>', 'OPEN', null, '2026-01-01 00:00:00.001', '2026-01-01 00:00:00.001'),
      ('two', 'ada', '  ', '', 'DONE', 'ben', '2026-01-02 00:00:00', '2026-02-02 00:00:00.12'),
      ('three', 'ben', 'Of Ben', 'x', 'IN_PROGRESS', 'ben', '2026-01-03 00:00:00.999', '2026-01-03 00:00:00.999'),
      ('inbox', 'admin', 'Of the administrator', 'x', 'OPEN', 'ada', '2026-01-04', '2026-01-04')`);
  await world.everywhere(`
    insert into ticket_comments (id, "ticketId", "authorId", body, "isInternal", "createdAt") values
      ('c2', 'two', 'admin', 'Later', true, '2026-01-06'), ('c1', 'two', 'cleo', '', false, '2026-01-05'), ('c3', 'one', 'ada', 'x', false, '2026-01-05')`);
});
afterAll(() => world?.stop());

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const masked = (answer: string) => answer.replace(/x-request-id: [0-9a-f-]{36}/g, 'x-request-id: (id)');
  const [monolith = '', ticket] = await Promise.all(
    [world.monolithPort, world.ticketPort].map(async (port) => masked(await exchangeRaw(port, request))),
  );
  expect(ticket).toBe(monolith);
  expect(monolith).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return monolith;
}

const bearer = (token: string) => [`Authorization: Bearer ${token}`];
const tokenOf = (sub: string, role = 'AGENT') => signToken({ sub, email: `${sub}@example.test`, role }, jwtSecret);
const as = (sub: string, path: string): RawRequest => ({ path, headers: bearer(tokenOf(sub)) });

describe.each(['admin', 'ada', 'ben', 'cleo'])('as %s', (who) => {
  test.each([
    '/tickets',
    '/tickets?showAll=true',
    '/tickets?showAll=TRUE',
    '/tickets?showAll=true&showAll=true',
    '/tickets/inbox',
    '/Tickets/Inbox/',
  ])('%s', async (path) => {
    const answer = await expectSame(as(who, path), 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path, headers: [...bearer(tokenOf(who)), `If-None-Match: ${tag}`] }, 304);
    await expectSame({ ...as(who, path), method: 'HEAD' }, 200);
  });

  test.each(['one', 'two', 'three', 'inbox', 'nothing', 'ONE', '%69nbox'])('/tickets/%s and its comments', async (id) => {
    const isThere = ['one', 'two', 'three', '%69nbox'].includes(id);
    const mine: Record<string, readonly string[]> = { ada: ['one', 'two', '%69nbox'], ben: ['two', 'three'], cleo: [] };
    const status = id === 'inbox' ? 200 : !isThere ? 404 : (mine[who]?.includes(id) ?? true) ? 200 : 403;
    await expectSame(as(who, `/tickets/${id}`), status);
    await expectSame(as(who, `/tickets/${id}/comments`), isThere || id === 'inbox' ? 200 : 404);
  });
});

describe('who asks', () => {
  const claims = { sub: 'ada', role: 'ADMIN' };
  test.each<[string, string[], number]>([
    ['no token', [], 401],
    ['garbage', bearer('a.b.c'), 401],
    ['somebody who is not there', bearer(tokenOf('nobody')), 401],
    ['another secret', bearer(signToken(claims, 'another secret of at least thirty-two bytes')), 401],
    ['no signature', bearer(unsignedToken(claims)), 401],
    ['an end in the past', bearer(signToken({ ...claims, exp: 1 }, jwtSecret)), 401],
    ['HS512', bearer(signToken(claims, jwtSecret, 'HS512')), 200],
    ['a role that is only claimed', bearer(signToken(claims, jwtSecret)), 200],
  ])('%s', async (_name, headers, status) => {
    await expectSame({ path: '/tickets?showAll=true', headers }, status);
    await expectSame({ path: '/tickets/three', headers }, status === 200 ? 403 : status);
  });

  test('whoever is given a role has it at the next request, and whoever is deleted is nobody', async () => {
    await world.addUsers({ id: 'dora' });
    await expectSame(as('dora', '/tickets/one'), 403);
    for (const database of [world.databases.monolith, world.databases.user])
      await database.query(`update users set role = 'ADMIN' where id = 'dora'`);
    await expectSame(as('dora', '/tickets/one'), 200);
    for (const database of [world.databases.monolith, world.databases.user]) await database.query(`delete from users where id = 'dora'`);
    await expectSame(as('dora', '/tickets/one'), 401);
  });
});

test('paths and bodies that cannot be read, and methods that are not there', async () => {
  await expectSame({ path: '/tickets/%E0%A4%A' }, 400);
  await expectSame({ path: '/tickets/%00', headers: bearer(tokenOf('ada')) }, 500);
  await expectSame({ path: '/tickets', headers: ['Content-Type: application/json'], body: '{' }, 400);
  await expectSame({ path: '/tickets/some/where' }, 404);
  await expectSame({ method: 'PUT', path: '/tickets' }, 404);
});
