import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { type Program, signToken, unsignedToken } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret } from './accounts/passwords.ts';
import { type Participants, startParticipants } from './testing/participants.ts';
import { jwtSecret, startMonolith, startUser } from './testing/programs.ts';

let databases: readonly [TestDatabase, TestDatabase];
let programs: readonly Program[];
let ports: readonly [number, number];
let hash: string;
let participants: Participants;

beforeAll(async () => {
  hash = await hashSecret('correct horse');
  databases = [await createTestDatabase(), await createTestDatabase()];
  const [monolith, user] = await Promise.all([startMonolith(databases[0].url), startUser(databases[1].url)]);
  participants = await startParticipants(databases[1].url);
  ports = [monolith.port, user.port];
  programs = [monolith.program, user.program];
});

afterAll(async () => {
  for (const program of programs ?? []) await program.stop();
  await participants?.close();
  for (const database of databases ?? []) await database.close();
});

/** An administrator and an agent, under the same ids on both sides. */
beforeEach(async () => {
  for (const database of databases) {
    await database.query('delete from users');
    await database.query(
      `insert into users (id, email, password, "firstName", role, "createdAt", "updatedAt")
       values ('admin', 'root@example.test', $1, 'Root', 'ADMIN', '2026-01-02 03:04:05.006', '2026-01-02 03:04:05.006'),
              ('agent', 'ada@example.test', $1, null, 'AGENT', '2026-01-02 03:04:05.006', '2026-01-02 03:04:05.006')`,
      [hash],
    );
  }
});

/** What is made anew for every answer, and what follows from it. */
function masked(answer: string): string {
  return answer
    .replace(/eyJ[\w-]+\.([\w-]+)\.[\w-]+/g, (_, payload: string) => maskedPayload(payload))
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '(id)')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '(time)')
    .replace(/^ETag: W\/"([\da-f]+)-.*"\r$/gm, 'ETag: ($1)\r');
}

/** Everything a token says but its times. */
function maskedPayload(payload: string): string {
  const claims = Buffer.from(payload, 'base64url').toString();
  return `(token ${claims.replace(/"(iat|exp)":\d+/g, '"$1":0')})`;
}

async function ask(request: RawRequest): Promise<{ monolith: string; user: string }> {
  const [monolith, user] = await Promise.all(ports.map(async (port) => masked(await exchangeRaw(port, request))));
  return { monolith: monolith ?? '', user: user ?? '' };
}

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const { monolith, user } = await ask(request);
  expect(user).toBe(monolith);
  expect(user).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return user;
}

const json = (value: unknown, more: Partial<RawRequest> = {}): RawRequest => ({
  method: 'POST',
  path: '/',
  ...more,
  headers: ['Content-Type: application/json', ...(more.headers ?? [])],
  body: JSON.stringify(value),
});
const post = (path: string, value: unknown, headers: readonly string[] = []) => json(value, { path, headers });
const bearer = (token: string) => [`Authorization: Bearer ${token}`];
const tokenOf = (sub: string, role = 'AGENT') => signToken({ sub, email: `${sub}@example.test`, role }, jwtSecret);

async function rows(): Promise<unknown[][]> {
  const text = `select email, "firstName", "lastName", role, "createdAt" = "updatedAt" as untouched from users order by email`;
  return Promise.all(databases.map(async (database) => (await database.query(text)).rows));
}

async function expectSameRows(): Promise<void> {
  const [monolith, user] = await rows();
  expect(user).toEqual(monolith);
}

describe('signing up', () => {
  test.each<[string, object]>([
    ['no names', {}],
    ['names', { firstName: 'Vera', lastName: 'Dov' }],
    ['empty names', { firstName: '', lastName: '' }],
    ['names that are null', { firstName: null, lastName: null }],
    ['wishes', { id: 'mine', role: 'ADMIN', createdAt: '2001-01-01T00:00:00.000Z' }],
    ['letters of all kinds', { firstName: 'Bücher – 東京 🎫' }],
  ])('with %s', async (_name, more) => {
    await expectSame(post('/auth/signup', { email: 'vera@example.test', password: 'secret', ...more }), 201);
    await expectSameRows();
  });

  test('the same e-mail, and the same in other letters', async () => {
    await expectSame(post('/auth/signup', { email: 'ada@example.test', password: 'secret' }), 409);
    await expectSame(post('/auth/signup', { email: 'Ada@example.test', password: 'secret' }), 201);
    await expectSameRows();
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['a list', []],
    ['wrong types', { email: 7, password: 12, firstName: 7, lastName: true }],
    ['a short password', { email: 'vera@example.test', password: 'short' }],
    ['an e-mail with a space', { email: ' vera@example.test', password: 'secret' }],
    ['no e-mail', { email: 'vera', password: 'secret' }],
    ['nulls', { email: null, password: null }],
    ['objects', { email: {}, password: [] }],
  ])('with %s', async (_name, body) => {
    await expectSame(post('/auth/signup', body), 400);
  });

  test('a NUL, which no text in the database has', async () => {
    await expectSame(post('/auth/signup', { email: 'vera@example.test', password: 'secret', firstName: 'a\0b' }), 500);
  });

  test('a token that one side issued is good for the other', async () => {
    await expectSame(post('/auth/change-password', {}, bearer(tokenOf('agent'))), 400);
    const issued = await exchangeRaw(ports[1], post('/auth/login', { email: 'root@example.test', password: 'correct horse' }));
    const token = /eyJ[\w.-]+/.exec(issued)?.[0] ?? '';
    expect(await exchangeRaw(ports[0], { path: '/admin/users', headers: bearer(token) })).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('logging in', () => {
  test.each<[string, unknown, number]>([
    ['the right password', { email: 'ada@example.test', password: 'correct horse' }, 201],
    ['another one', { email: 'ada@example.test', password: 'wrong' }, 401],
    ['an unknown e-mail', { email: 'nobody@example.test', password: 'correct horse' }, 401],
    ['other letters', { email: 'ADA@example.test', password: 'correct horse' }, 401],
    ['nothing', {}, 400],
    ['no password', { email: 'ada@example.test', password: '' }, 400],
  ])('with %s', async (_name, body, status) => {
    await expectSame(post('/auth/login', body), status);
  });

  test('by a form, in capitals and with a slash', async () => {
    const headers = ['Content-Type: application/x-www-form-urlencoded'];
    await expectSame({ method: 'POST', path: '/auth/login', headers, body: 'email=ada%40example.test&password=correct+horse' }, 201);
    await expectSame(post('/Auth/LOGIN/?x=1', { email: 'ada@example.test', password: 'correct horse' }), 201);
  });
});

describe('another password', () => {
  const addToken = async (id: string, token: string, expiresAt: string) => {
    const tokenHash = await hashSecret(token);
    for (const database of databases)
      await database.query(
        `insert into password_reset_tokens (id, "userId", "tokenHash", "expiresAt") values ($1, 'agent', $2, $3::timestamptz at time zone 'UTC')`,
        [id, tokenHash, expiresAt],
      );
  };
  const soon = () => new Date(Date.now() + 60_000).toISOString();

  test.each<[string, unknown, number]>([
    ['an account', { email: 'ada@example.test' }, 201],
    ['nobody', { email: 'nobody@example.test' }, 201],
    ['nothing', {}, 400],
  ])('a link for %s', async (_name, body, status) => {
    await expectSame(post('/auth/forgot-password', body), status);
    const counted = await Promise.all(
      databases.map((database) => database.query('select count(*)::int as tokens from password_reset_tokens')),
    );
    expect(counted[1]?.rows).toEqual(counted[0]?.rows);
  });

  test('a link that the monolith has made works once, another beside it still does, an old one does not', async () => {
    await addToken('one', '1'.repeat(64), soon());
    await addToken('two', '2'.repeat(64), soon());
    await addToken('old', '3'.repeat(64), new Date(Date.now() - 1_000).toISOString());
    const reset = (digit: string) => post('/auth/reset-password', { token: digit.repeat(64), newPassword: `password ${digit}` });
    await expectSame(reset('3'), 400);
    await expectSame(reset('1'), 201);
    await expectSame(reset('1'), 400);
    await expectSame(post('/auth/login', { email: 'ada@example.test', password: 'correct horse' }), 401);
    await expectSame(post('/auth/login', { email: 'ada@example.test', password: 'password 1' }), 201);
    await expectSame(reset('2'), 201);
    await expectSame(reset('4'), 400);
    await expectSame(post('/auth/reset-password', { token: '', newPassword: 'short' }), 400);
  });

  test('a change is refused alike; the monolith fails at one that is not', async () => {
    const asAgent = bearer(tokenOf('agent'));
    await expectSame(post('/auth/change-password', { oldPassword: 'correct horse', newPassword: 'battery staple' }), 401);
    await expectSame(post('/auth/change-password', {}, asAgent), 400);
    const change = post('/auth/change-password', { oldPassword: 'correct horse', newPassword: 'battery staple' }, asAgent);
    const { monolith, user } = await ask(change);
    expect([monolith, user].map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 500', 'HTTP/1.1 201']);
  });
});

describe('administration', () => {
  const asAdmin = bearer(tokenOf('admin'));
  const role = (id: string, body: unknown, headers: readonly string[] = asAdmin) =>
    json(body, { method: 'PATCH', path: `/admin/users/${id}/role`, headers });
  const removal = (id: string, headers: readonly string[] = asAdmin): RawRequest => ({
    method: 'DELETE',
    path: `/admin/users/${id}`,
    headers,
  });

  test.each<[string, unknown, number]>([
    ['ADMIN', { role: 'ADMIN' }, 200],
    ['the one they have', { role: 'AGENT' }, 200],
    ['none', {}, 200],
    ['small letters', { role: 'admin' }, 500],
    ['null', { role: null }, 500],
    ['a number', { role: 7 }, 500],
    ['a list', { role: ['ADMIN'] }, 500],
  ])('a role: %s', async (_name, body, status) => {
    await expectSame(role('agent', body), status);
    await expectSameRows();
  });

  test('the token comes before the role, the role before the user, the user before the body', async () => {
    await expectSame(role('nobody', { role: 7 }, []), 401);
    await expectSame(role('nobody', { role: 7 }, bearer(tokenOf('agent', 'ADMIN'))), 403);
    await expectSame(role('nobody', { role: 7 }), 404);
    await expectSame(role('AGENT', { role: 'ADMIN' }), 404);
    await expectSame({ method: 'PATCH', path: '/admin/users/agent/role', headers: asAdmin }, 200);
  });

  test('it holds from the next request on, with the token from before', async () => {
    const asAgent = bearer(tokenOf('agent'));
    await expectSame(role('admin', {}, asAgent), 403);
    await expectSame(role('agent', { role: 'ADMIN' }), 200);
    await expectSame(role('admin', {}, asAgent), 200);
    await expectSame(role('agent', { role: 'AGENT' }, asAgent), 200);
    await expectSame(role('admin', {}, asAgent), 403);
  });

  test('somebody is deleted, and is nobody then', async () => {
    await expectSame(removal('admin'), 400);
    await expectSame(removal('nobody'), 404);
    await expectSame(removal('admin', bearer(tokenOf('agent'))), 403);
    await expectSame(removal('agent', []), 401);
    await expectSame(removal('agent'), 200);
    await expectSame(removal('agent'), 404);
    await expectSame(role('admin', {}, bearer(tokenOf('agent'))), 401);
    await expectSame(post('/auth/login', { email: 'ada@example.test', password: 'correct horse' }), 401);
    await expectSame(post('/auth/signup', { email: 'ada@example.test', password: 'correct horse' }), 201);
    await expectSameRows();
  });

  const claims = { sub: 'admin', email: 'root@example.test', role: 'ADMIN' };
  test.each<[string, string, number]>([
    ['HS512', signToken(claims, jwtSecret, 'HS512'), 200],
    ['no end', signToken({ ...claims, exp: undefined }, jwtSecret), 200],
    ['nothing but a subject', signToken({ sub: 'admin' }, jwtSecret), 200],
    ['an end in the past', signToken({ ...claims, iat: 1_600_000_000, exp: 1_600_604_800 }, jwtSecret), 401],
    ['another secret', signToken(claims, 'another secret of at least thirty-two bytes'), 401],
    ['no signature', unsignedToken(claims), 401],
    ['a subject that nobody has', signToken({ sub: 'nobody' }, jwtSecret), 401],
    ['garbage', 'a.b.c', 401],
  ])('a token with %s', async (_name, token, status) => {
    await expectSame(role('agent', {}, bearer(token)), status);
  });

  test('the scheme in any case; another scheme is none', async () => {
    const token = tokenOf('admin');
    await expectSame(role('agent', {}, [`authorization: bEARER   ${token}`]), 200);
    await expectSame(role('agent', {}, [`Authorization: Basic ${token}`]), 401);
    await expectSame(role('agent', {}, ['Authorization: ']), 401);
  });
});

describe('everything around them', () => {
  test('a request’s id comes back, also with a refusal; a preflight has none', async () => {
    const named = ['X-Request-Id: some id'];
    expect(await expectSame(post('/auth/login', {}, named), 400)).toContain('x-request-id: some id');
    expect(
      await expectSame({ method: 'POST', path: '/auth/login', headers: [...named, 'Content-Type: application/json'], body: '{' }, 400),
    ).toContain('x-request-id: some id');
    const asked = [
      'Origin: http://elsewhere.test',
      'Access-Control-Request-Method: PATCH',
      'Access-Control-Request-Headers: authorization',
    ];
    await expectSame({ method: 'OPTIONS', path: '/auth/login', headers: [...named, ...asked] }, 204);
  });

  test('bodies that cannot be read', async () => {
    const asJson = ['Content-Type: application/json'];
    for (const body of ['{"email":', 'null', '"text"', '7'])
      await expectSame({ method: 'POST', path: '/auth/login', headers: asJson, body }, 400);
    const large = JSON.stringify({ email: 'x'.repeat(110_000) });
    await expectSame({ method: 'POST', path: '/auth/login', headers: asJson, body: large }, 413);
    await expectSame({ method: 'POST', path: '/auth/login', headers: ['Content-Type: text/plain'], body: 'email' }, 400);
    await expectSame({ method: 'POST', path: '/auth/login' }, 400);
  });

  test('a path that cannot be decoded is refused as a whole, and before its body', async () => {
    const path = '/admin/users/%E0%A4%A/role';
    const answer = await expectSame({ method: 'PATCH', path, headers: ['Content-Type: application/json'], body: '{' }, 400);
    expect(answer).toContain(`Failed to decode param 'admin/users/%E0%A4%A/role'`);
    await expectSame({ method: 'PATCH', path: '/admin/users/%61gent/role', headers: bearer(tokenOf('admin')) }, 200);
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s where there is only POST', async (method) => {
    await expectSame({ method, path: '/auth/login' }, 404);
  });
});
