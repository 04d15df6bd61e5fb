import { createHmac } from 'node:crypto';
import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import type { Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Google, jwtSecret, startAuth, startGoogle, startMonolith } from './testing/programs.ts';

let google: Google;
let databases: readonly [TestDatabase, TestDatabase];
let programs: readonly Program[];
let ports: readonly [number, number];

beforeAll(async () => {
  google = await startGoogle();
  databases = [await createTestDatabase(), await createTestDatabase()];
  const [monolith, auth] = await Promise.all([startMonolith(databases[0].url, google), startAuth(databases[1].url, google)]);
  ports = [monolith.port, auth.port];
  programs = [monolith.program, auth.program, google.program];
  await databases[0].query("select setval('users_id_seq', 1)"); // past the guest, as in auth
});

afterAll(async () => {
  for (const program of programs ?? []) await program.stop();
  for (const database of databases ?? []) await database.close();
});

/** What monolith and auth say to a request that may be made anew for each of them, with tokens and dates masked. */
async function ask(request: RawRequest | (() => Promise<RawRequest>)): Promise<{ monolith: string; auth: string }> {
  const told: string[] = [];
  for (const port of ports) {
    const answer = await exchangeRaw(port, typeof request === 'function' ? await request() : request);
    told.push(answer.replace(/eyJ[\w-]+\.([\w-]+)\.[\w-]+/g, (_, payload: string) => maskedPayload(payload)));
  }
  return { monolith: told[0] ?? '', auth: told[1] ?? '' };
}

/** Everything a token says but its times and its signature. */
function maskedPayload(payload: string): string {
  const claims = Buffer.from(payload, 'base64url').toString();
  return `(token ${claims.replace(/"(iat|exp)":\d+/g, '"$1":0')})`;
}

async function expectSame(request: RawRequest | (() => Promise<RawRequest>), status: number): Promise<string> {
  const { monolith, auth } = await ask(request);
  expect(auth).toBe(monolith);
  expect(auth).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return auth;
}

async function rowsOf(database: TestDatabase): Promise<unknown[]> {
  const columns = 'id, google_id, email, name, picture, is_admin, updated_at = created_at as untouched';
  return (await database.query(`select ${columns} from users where google_id <> 'guest-user' order by id`)).rows;
}

const callback = '/api/auth/google/callback';

/** The callback with a fresh code of the person. */
function signIn(person: string, change: Partial<RawRequest> = {}): () => Promise<RawRequest> {
  const authorize = new URL(google.environment['GOOGLE_AUTHORIZE_URL'] ?? '');
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: 'client',
    redirect_uri: google.environment['GOOGLE_CALLBACK_URL'] ?? '',
  }).toString();
  return async () => ({ path: await google.consent(authorize.href, person), ...change });
}

/** A token made by hand. */
function token(payload: object, options: { secret?: string; alg?: string } = {}): string {
  const { secret = jwtSecret, alg = 'HS256' } = options;
  const parts = [{ alg, typ: 'JWT' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (alg === 'none') return `${parts}.`;
  return `${parts}.${createHmac(alg.replace('HS', 'sha'), secret).update(parts).digest('base64url')}`;
}

const ada = { sub: 7, email: 'ada@example.test', name: 'Ada', isAdmin: true };
const bearer = (value: string) => [`Authorization: Bearer ${value}`];

describe('beginning to sign in', () => {
  test.each(['/api/auth/google', '/API/Auth/Google/', '/api/auth/google?x=1', callback, `${callback}?code=&error=`])('%s', async (path) => {
    expect(await expectSame({ path }, 302)).toContain('scope=email%20profile');
    await expectSame({ path, method: 'HEAD' }, 302);
    await expectSame({ path, headers: ['Accept: text/html', 'If-None-Match: *'] }, 302);
  });
});

describe('coming back from Google', () => {
  test('a first sign-in, a second one, and one under a new name and address', async () => {
    expect(await expectSame(signIn('1001'), 302)).toContain('"name":"Ada Lindqvist"');
    await expectSame(signIn('1001'), 302);
    await google.put({ id: '1001', givenName: 'Adele', familyName: 'Lindqvist', email: 'adele@example.test' });
    expect(await expectSame(signIn('1001'), 302)).toContain('"name":"Adele Lindqvist"');
    expect(await rowsOf(databases[1])).toEqual(await rowsOf(databases[0]));
  });

  test.each(['Accept: text/html', 'Accept: application/json', 'Accept: */*'])('the redirect by %s', async (accept) => {
    await expectSame(signIn('1002', { headers: [accept] }), 302);
  });

  test('HEAD signs in too', async () => {
    await expectSame(signIn('1003', { method: 'HEAD' }), 302);
    expect(await rowsOf(databases[1])).toContainEqual(expect.objectContaining({ google_id: '1003' }));
  });

  test('a missing family name is the word undefined', async () => {
    expect(await expectSame(signIn('1011'), 302)).toContain('"name":"Mono undefined"');
  });

  test('no photo, a refusal, other errors, bad codes', async () => {
    await expectSame(signIn('1010'), 500);
    await expectSame(signIn('1012'), 401);
    await expectSame({ path: `${callback}?error=access_denied&error_description=no` }, 401);
    await expectSame({ path: `${callback}?error=server_error` }, 500);
    await expectSame({ path: `${callback}?error=access_denied&error=access_denied` }, 500);
    await expectSame({ path: `${callback}?code=4%2F0Anonsense` }, 500);
    await expectSame({ path: `${callback}?code=a&code=b` }, 500);
  });

  test('an address that another Google account has, and a name that is too long', async () => {
    await google.put({ id: 'thief', givenName: 'Other', familyName: 'Person', email: 'adele@example.test' });
    await expectSame(signIn('thief'), 500);
    await google.put({ id: 'long', givenName: 'L'.repeat(150), familyName: 'O'.repeat(150), email: 'long@example.test' });
    await expectSame(signIn('long'), 500);
  });

  test('after all of this the rows are the same, ids included', async () => {
    await expectSame(signIn('1004'), 302);
    expect(await rowsOf(databases[1])).toEqual(await rowsOf(databases[0]));
  });
});

describe('the profile', () => {
  test.each<[string, object]>([
    ['all claims', ada],
    ['no name', { ...ada, name: undefined }],
    ['no admin claim', { ...ada, isAdmin: undefined }],
    ['a subject that is text', { ...ada, sub: 'seven' }],
    ['a null', { ...ada, isAdmin: null, name: null }],
    ['more claims', { iat: 1, ...ada, picture: 'x', iss: 'x' }],
  ])('with %s', async (_name, claims) => {
    const answer = await expectSame({ path: '/api/auth/profile', headers: bearer(token(claims)) }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path: '/api/auth/profile', headers: [...bearer(token(claims)), `If-None-Match: ${tag}`] }, 304);
    await expectSame({ path: '/api/auth/profile', method: 'HEAD', headers: bearer(token(claims)) }, 200);
  });

  test.each<[string, object]>([
    ['no subject', { email: 'a@example.test' }],
    ['an empty email', { ...ada, email: '' }],
    ['subject 0', { ...ada, sub: 0 }],
  ])('with a good token and %s', async (_name, claims) => {
    await expectSame({ path: '/api/auth/profile', headers: bearer(token(claims)) }, 401);
  });

  const past = Math.floor(Date.now() / 1000) - 1;
  test.each<[string, string[]]>([
    ['no token', []],
    ['an empty header', ['Authorization: ']],
    ['another scheme', [`Authorization: Basic ${token(ada)}`]],
    ['a malformed token', bearer('a.b.c')],
    ['a token cut short', bearer(token(ada).slice(0, -1))],
    ['another secret', bearer(token(ada, { secret: 'another secret of more than 32 bytes' }))],
    ['the secret some programs fall back to', bearer(token(ada, { secret: 'fallback-secret' }))],
    ['alg none', bearer(token(ada, { alg: 'none' }))],
    ['HS512', bearer(token(ada, { alg: 'HS512' }))],
    ['an expired token', bearer(token({ ...ada, exp: past }))],
    ['a token for later', bearer(token({ ...ada, nbf: past + 600 }))],
    ['an expiry that is text', bearer(token({ ...ada, exp: 'never' }))],
  ])('with %s', async (_name, headers) => {
    await expectSame({ path: '/api/auth/profile', headers }, 500);
  });

  test('the scheme in any case, and the first of two headers', async () => {
    await expectSame({ path: '/api/auth/profile', headers: [`authorization: bEARER   ${token(ada)} more`] }, 200);
    await expectSame({ path: '/api/auth/profile', headers: [...bearer(token(ada)), 'Authorization: Bearer x'] }, 200);
  });

  test('a token that one side issued opens the other', async () => {
    for (const [from, to] of [ports, ports.toReversed()]) {
      const { path } = await signIn('1005')();
      const issued = /token=([\w.-]+)/.exec(await exchangeRaw(from ?? 0, { path }))?.[1] ?? '';
      const answer = await exchangeRaw(to ?? 0, { path: '/api/auth/profile', headers: bearer(issued) });
      expect(answer).toMatch(/^HTTP\/1.1 200 [^]*"name":"Emre Castellan"/);
    }
  });
});

describe('everything around them', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'BREW'])('%s where there is only GET', async (method) => {
    for (const path of ['/api/auth/google', callback, '/api/auth/profile'])
      await expectSame({ method, path }, method === 'BREW' ? 400 : 404);
  });

  test.each([
    '/api/auth',
    '/api/auth/',
    '/api/auth/nothing?x=1',
    '/api/auth//profile',
    '/api/auth/pro%66ile',
    '/api/auth/google/callback/more',
  ])('unknown: %s', async (path) => {
    await expectSame({ path }, 404);
  });

  test('a path that cannot be decoded', async () => {
    await expectSame({ path: '/api/auth/%ff' }, 400);
  });

  test('preflights, bodies, broken JSON, too much of it', async () => {
    const headers = ['Origin: http://a.test', 'Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: authorization'];
    await expectSame({ method: 'OPTIONS', path: '/api/auth/profile', headers }, 204);
    const json = ['Content-Type: application/json', ...bearer(token(ada))];
    await expectSame({ path: '/api/auth/profile', headers: json, body: '{"a":1}' }, 200);
    await expectSame({ path: '/api/auth/profile', headers: json, body: '{' }, 400);
    await expectSame({ method: 'POST', path: '/api/auth/profile', headers: json, body: JSON.stringify('x'.repeat(110_000)) }, 413);
  });
});
