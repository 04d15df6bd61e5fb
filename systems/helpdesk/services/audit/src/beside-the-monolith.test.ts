import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { type HttpClient, signToken, unsignedToken } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, type AuditWorld, historyOf, jwtSecret, makeTicket, setStatus, startAuditWorld, tokenOf } from './testing/audit-world.ts';

let world: AuditWorld;
let audit: Awaited<ReturnType<AuditWorld['start']>>;
beforeAll(async () => {
  world = await startAuditWorld();
  audit = await world.start();
  await world.own('audit');
  await world.addUsers({ id: 'admin', role: 'ADMIN', firstName: 'Root' }, { id: 'ada', firstName: '' }, { id: 'ben' });
  const { monolith, audit: own } = world.databases;
  for (const database of [monolith, own])
    await database.query(`
      insert into audit_events (id, "actorId", action, "entityType", "entityId", metadata, "createdAt") values
        ('1', 'ada', 'ticket.created', 'ticket', 'one', '{}', '2026-01-01 00:00:00.001'),
        ('2', null, 'ticket.status_changed', 'ticket', 'one', '{"oldStatus": "OPEN", "newStatus": "DONE"}', '2026-01-02'),
        ('3', 'admin', 'ticket.assigned', 'ticket', 'one', '{"assignedToUserId": "Ü 東京"}', '2026-01-03 00:00:00.12'),
        ('4', 'ben', 'ticket.deleted', 'ticket', 'one', null, '2026-01-04'),
        ('5', 'ben', 'ticket.created', 'ticket', 'inbox', '{}', '2026-01-05'),
        ('6', 'ben', 'user.signup', 'user', 'one', '{}', '2026-01-06')`);
});
afterAll(async () => {
  await audit?.stop();
  await world?.stop();
});

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const masked = (answer: string) => answer.replace(/x-request-id: [0-9a-f-]{36}/g, 'x-request-id: (id)');
  const [monolith = '', own] = await Promise.all(
    [world.monolith.port, audit.port].map(async (port) => masked(await exchangeRaw(port, request))),
  );
  expect(own).toBe(monolith);
  expect(monolith).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return monolith;
}

const bearer = (token: string) => [`Authorization: Bearer ${token}`];

test.each(['one', 'inbox', 'nothing', 'ONE', '%69nbox'])('the history of %s, byte for byte, whoever reads it', async (id) => {
  for (const who of ['admin', 'ada', 'ben']) {
    const path = `/tickets/${id}/audit`;
    const answer = await expectSame({ path, headers: bearer(tokenOf(who)) }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path: `/Tickets/${id}/AUDIT/`, headers: [...bearer(tokenOf(who)), `If-None-Match: ${tag}`] }, 304);
    await expectSame({ method: 'HEAD', path, headers: bearer(tokenOf(who)) }, 200);
  }
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
  ])('%s', async (_name, headers, status) => {
    await expectSame({ path: '/tickets/one/audit', headers }, status);
  });
});

test('paths that cannot be read, and methods that are not there', async () => {
  await expectSame({ path: '/tickets/%E0%A4%A/audit' }, 400);
  await expectSame({ path: '/tickets/%00/audit', headers: bearer(tokenOf('ada')) }, 500);
  await expectSame({ path: '/tickets/one/audit/more' }, 404);
  await expectSame({ method: 'PUT', path: '/tickets/one/audit' }, 404);
});

interface Side {
  readonly tickets: HttpClient;
  readonly users: HttpClient;
  readonly history: HttpClient;
}

/** Everything that is noted of a ticket; answers its history, with a name for each id. */
async function liveThrough({ tickets, users, history }: Side): Promise<unknown> {
  const signUp = await users.post('/auth/signup', { email: 'cleo@example.test', password: 'correct horse' });
  const { id: cleo } = (signUp.json() as { user: { id: string } }).user;
  const id = await makeTicket(tickets, 'ada');
  for (const status of ['DONE', 'DONE', 'OPEN']) expect((await setStatus(tickets, id, status, 'ben')).status).toBe(200);
  expect((await setStatus(tickets, id, 'IN_PROGRESS', cleo)).status).toBe(200);
  for (const assignedToUserId of ['ben', null, undefined])
    expect((await tickets.request('PATCH', `/tickets/${id}/assign`, { json: { assignedToUserId }, ...as('admin') })).status).toBe(200);
  expect((await tickets.post(`/tickets/${id}/comments`, { body: 'x' }, as('ben'))).status).toBe(201);
  const before = await historyOf(history, id, 'admin');
  expect((await users.request('DELETE', `/admin/users/${cleo}`, as('admin'))).status).toBe(200);
  expect((await tickets.request('DELETE', `/tickets/${id}`, as('ada'))).status).toBe(200);
  const shown = [before, await historyOf(history, id, 'admin')].flat();
  const times = shown.map(({ createdAt }) => createdAt);
  expect(times.slice(before.length)).toEqual(times.slice(before.length).toSorted().toReversed());
  const text = JSON.stringify(shown.map(({ createdAt, ...entry }) => ({ ...entry, id: '', isTime: /\.\d{3}Z$/.test(createdAt) })));
  return JSON.parse(text.replaceAll(id, 'the ticket').replaceAll(cleo, 'cleo'));
}

test('the life of a ticket is noted as the monolith notes it, and shown right after each change', async () => {
  const { monolith, user, ticket } = world;
  const alone = await liveThrough({ tickets: monolith.client, users: monolith.client, history: monolith.client });
  const services = await liveThrough({ tickets: ticket.client, users: user.client, history: audit.client });
  expect(services).toEqual(alone);
  expect(alone).toHaveLength(15);
});
