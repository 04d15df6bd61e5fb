import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { readAuthSettings } from './settings.ts';
import { type Google, startAuth, startGoogle } from './testing/programs.ts';

let google: Google;
let database: TestDatabase;

beforeAll(async () => {
  google = await startGoogle();
});
afterAll(() => google.program.stop());
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

async function ask(port: number, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', headers });
  return {
    status: answer.status,
    text: await answer.text(),
    location: answer.headers.get('location') ?? '',
    cookie: answer.headers.get('set-cookie') ?? '',
  };
}

test('flag auth.profile401: a token that is not good is 401', async () => {
  const auth = await startAuth(database.url, google, { environment: { FLAGS: 'auth.profile401' } });
  try {
    expect(await ask(auth.port, '/api/auth/profile')).toMatchObject({ status: 401, text: '{"message":"Unauthorized","statusCode":401}' });
  } finally {
    await auth.program.stop();
  }
});

test('flag auth.oauthState: only the browser that began a sign-in can end it', async () => {
  const auth = await startAuth(database.url, google, { environment: { FLAGS: 'auth.oauthState' } });
  try {
    const start = await ask(auth.port, '/api/auth/google');
    expect(start.cookie).toMatch(/^sign_in_state=[\w-]{32}; Max-Age=600; Path=\/api\/auth\/google\/callback; HttpOnly; SameSite=Lax$/);
    const callback = await google.consent(start.location, '1001');
    expect(callback).toContain(`state=${/=([\w-]+);/.exec(start.cookie)?.[1]}`);
    const cookie = start.cookie.split(';')[0] ?? '';
    expect((await ask(auth.port, callback)).status).toBe(401);
    expect((await ask(auth.port, callback, { cookie: 'sign_in_state=x' })).status).toBe(401);
    const finished = await ask(auth.port, callback, { cookie: `a=b; ${cookie}` });
    expect(finished).toMatchObject({ status: 302, cookie: expect.stringContaining('sign_in_state=; Max-Age=0') });
  } finally {
    await auth.program.stop();
  }
});

describe('killed while somebody signs in', () => {
  const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

  test.each(crashPoints)('at %s: the user is there at most once, and signs in after the restart', async (point) => {
    const folder = mkdtempSync(join(tmpdir(), 'auth-crash-'));
    const file = join(folder, 'point');
    const auth = await startAuth(database.url, google, { nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });
    const crash = armCrash(file, point);
    const first = await google.consent((await ask(auth.port, '/api/auth/google')).location, '1001');
    await expect(ask(auth.port, first)).rejects.toThrow('fetch failed');
    expect(await crash.died()).toMatchObject({ point, pid: auth.program.pid });
    const written = (await database.query('select from users')).rows.length;
    expect(written).toBe(point === 'auth.callback.before-write' ? 0 : 1);
    const again = await startAuth(database.url, google);
    const second = await google.consent((await ask(again.port, '/api/auth/google')).location, '1001');
    expect((await ask(again.port, second)).status).toBe(302);
    expect((await database.query('select from users')).rows).toHaveLength(1);
    await again.program.stop();
    rmSync(folder, { recursive: true });
  });
});

test('several instances that start together on an empty database all serve', async () => {
  const instances = await Promise.all([1, 2, 3].map(() => startAuth(database.url, google)));
  for (const instance of instances) expect((await ask(instance.port, '/api/auth/google')).status).toBe(302);
  await Promise.all(instances.map((instance) => instance.program.stop()));
});

test('SIGTERM drains and says so', async () => {
  const auth = await startAuth(database.url, google);
  await auth.program.stop();
  expect(auth.program.output()).toMatch(/"event":"service\.drained","drained":true/);
});

test('settings that are missing or wrong are named together, and the program leaves with the next command', async () => {
  const environment = { JWT_SECRET: 'fallback-secret', GOOGLE_CALLBACK_URL: 'nowhere', FLAGS: 'auth.all' };
  await expect(startAuth('mysql://x', google, { environment })).rejects.toThrow(
    /ended with code 1.*4 of the settings cannot be used: DATABASE_URL is not a postgres or postgresql URL; JWT_SECRET needs at least 32 bytes; GOOGLE_CALLBACK_URL is not a http or https URL; FLAGS may only name auth.profile401, auth.oauthState\.\s+Code: SERVICE_SETTINGS_INVALID\s+Next: /,
  );
});

test('without settings of its own Google is the real one', () => {
  const environment = {
    ...google.environment,
    PORT: '1',
    INTERNAL_PORT: '2',
    DATABASE_URL: database.url,
    BROKER_URL: database.url,
    SERVICE_SECRET: 'y'.repeat(32),
    JWT_SECRET: 'x'.repeat(32),
    FRONTEND_URL: 'http://a.test',
    GOOGLE_AUTHORIZE_URL: '',
    GOOGLE_TOKEN_URL: '',
    GOOGLE_USERINFO_URL: '',
  };
  expect(readAuthSettings(environment)).toMatchObject({
    GOOGLE_AUTHORIZE_URL: 'https://accounts.google.com/o/oauth2/v2/auth',
    GOOGLE_TOKEN_URL: 'https://oauth2.googleapis.com/token',
    GOOGLE_USERINFO_URL: 'https://www.googleapis.com/oauth2/v3/userinfo',
  });
});
