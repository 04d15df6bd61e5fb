import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { signToken, unsignedToken } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AdminWorld, secrets, startAdminWorld, tokenOf } from './testing/admin-world.ts';

let world: AdminWorld;
let ports: readonly number[];
beforeAll(async () => {
  world = await startAdminWorld({ withMonolith: true });
  const admin = await world.startAdmin();
  ports = [world.monolithPort ?? 0, admin.port];
  await world.addUsers(
    { id: 'root', role: 'ADMIN', firstName: 'Root' },
    { id: 'ada', firstName: '' },
    { id: 'ben', firstName: 'Bücher – 東京' },
  );
  await world.toTickets(`
    insert into tickets (id, "userId", title, description, status, "updatedAt")
    select n::text, 'ada', 'x', 'y', (array['OPEN', 'OPEN', 'IN_PROGRESS', 'DONE'])[1 + n % 4]::"TicketStatus", '2026-01-01' from generate_series(1, 10) n`);
});
afterAll(() => world?.stop());

/** What is made anew for every answer, and what follows from it. */
function masked(answer: string, path: string): string {
  const named = answer.replace(/x-request-id: [0-9a-f-]{36}/g, 'x-request-id: (id)');
  if (!['/health', '/ready'].includes(path)) return named;
  return named
    .replace(/"timestamp":"[^"]{24}"/, '"timestamp":"(time)"')
    .replace(/"uptime":[\d.]+/, '"uptime":(seconds)')
    .replace(/^(ETag|Content-Length): .*\r$/gm, '$1: (follows)\r');
}

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const [monolith = '', admin] = await Promise.all(ports.map(async (port) => masked(await exchangeRaw(port, request), request.path)));
  expect(admin).toBe(monolith);
  expect(monolith).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return monolith;
}

const bearer = (token: string) => [`Authorization: Bearer ${token}`];
const as = (sub: string, path: string): RawRequest => ({ path, headers: bearer(tokenOf(sub)) });

describe.each(['/admin/agents', '/admin/users', '/admin/dashboard/statistics'])('%s', (path) => {
  test('for an administrator', async () => {
    const answer = await expectSame(as('root', path), 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path, headers: [...bearer(tokenOf('root')), `If-None-Match: ${tag}`] }, 304);
    await expectSame({ ...as('root', path), method: 'HEAD' }, 200);
    await expectSame(as('root', `${path.toUpperCase()}/?unknown=1`), 200);
  });

  test('for an agent', async () => {
    await expectSame(as('ada', path), path === '/admin/agents' ? 200 : 403);
  });

  test.each<[string, string[]]>([
    ['no token', []],
    ['garbage', bearer('a.b.c')],
    ['somebody who is not there', bearer(tokenOf('nobody'))],
    ['another secret', bearer(signToken({ sub: 'root' }, 'another secret of at least thirty-two bytes'))],
    ['no signature', bearer(unsignedToken({ sub: 'root' }))],
    ['an end in the past', bearer(tokenOf('root', { exp: 1 }))],
  ])('for %s', async (_name, headers) => {
    await expectSame({ path, headers }, 401);
  });
});

test('whoever is given a role has it at the next request, and whoever is deleted is nobody', async () => {
  const owners = [world.databases.monolith, world.databases.user];
  await world.addUsers({ id: 'dora' });
  await expectSame(as('dora', '/admin/users'), 403);
  for (const owner of owners) await owner.query(`update users set role = 'ADMIN' where id = 'dora'`);
  await expectSame(as('dora', '/admin/users'), 200);
  await expectSame(as('dora', '/admin/dashboard/statistics'), 200);
  for (const owner of owners) await owner.query(`delete from users where id = 'dora'`);
  await expectSame(as('dora', '/admin/agents'), 401);
});

test('a longer signature, and a role that is only claimed', async () => {
  await expectSame({ path: '/admin/agents', headers: bearer(signToken({ sub: 'ada' }, secrets.jwtSecret, 'HS512')) }, 200);
  await expectSame({ path: '/admin/users', headers: bearer(tokenOf('ada', { role: 'ADMIN' })) }, 403);
});

describe('the rest', () => {
  test.each(['/health', '/ready', '/api/docs', '/API/docs/', '/api/docs-json', '/api/docs/swagger-ui.css'])('%s', async (path) => {
    await expectSame({ path }, 200);
    await expectSame({ path, method: 'HEAD' }, 200);
  });

  test('the documentation that a browser has already', async () => {
    const tag = /^ETag: (.*)\r$/m.exec(await expectSame({ path: '/api/docs-json' }, 200))?.[1] ?? '';
    await expectSame({ path: '/api/docs-json', headers: [`If-None-Match: ${tag}`] }, 304);
  });

  test.each<[string, RawRequest, number]>([
    ['nothing', { path: '/nowhere' }, 404],
    ['the root', { path: '/' }, 404],
    ['a path with two slashes', { path: '//tickets' }, 404],
    ['a prefix that is not there', { path: '/api/tickets' }, 404],
    ['a file that is not there', { path: '/api/docs/nothing.css' }, 404],
    ['another method', { path: '/health', method: 'POST' }, 404],
    ['a method of a moved route that is not there', { path: '/tickets', method: 'PUT' }, 404],
    ['a path that cannot be read', { path: '/nowhere/%E0%A4%A' }, 400],
    ['a body that cannot be read', { path: '/nowhere', method: 'POST', headers: ['Content-Type: application/json'], body: '{' }, 400],
    [
      'a body that is too large',
      { path: '/nowhere', method: 'POST', headers: ['Content-Type: application/json'], body: `"${'x'.repeat(102_401)}"` },
      413,
    ],
    ['a preflight', { path: '/any/thing', method: 'OPTIONS', headers: ['Origin: http://x', 'Access-Control-Request-Method: PATCH'] }, 204],
  ])('%s', async (_name, request, status) => {
    await expectSame(request, status);
  });
});

test('metrics are under the names of the monolith, and count', async () => {
  const [, port = 0] = ports;
  await fetch(`http://127.0.0.1:${port}/health`);
  const ask = async (at: number) => {
    const answer = await fetch(`http://127.0.0.1:${at}/metrics`);
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const [monolith, admin] = [await ask(ports[0] ?? 0), await ask(port)];
  expect(admin.type).toMatch(/^text\/plain; version=0\.0\.4/);
  const typesOf = (text: string) => [...text.matchAll(/^# TYPE (\S+) \w+$/gm)].map(([, name]) => name);
  expect(typesOf(admin.text)).toEqual(expect.arrayContaining(typesOf(monolith.text)));
  expect(admin.text).toMatch(/^http_requests_total\{.*route="\/health".*\} \d+$/m);
  expect(admin.text).toMatch(/^http_request_duration_seconds_bucket\{.*method="GET".*status_code="200".*\} \d+$/m);
});
