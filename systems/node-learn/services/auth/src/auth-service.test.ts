import { Client } from 'pg';
import { fileURLToPath } from 'node:url';
import { applySchemaChanges } from '@banyan/service';
import { findProblems } from '@banyan/contract';
import { authEndpoints, finishSignIn, profile, startSignIn } from '@node-learn/contracts';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Google, type RunningAuth, startAuth, startGoogle } from './testing/programs.ts';

let google: Google;
let database: TestDatabase;
let auth: RunningAuth;

beforeAll(async () => {
  google = await startGoogle();
  database = await createTestDatabase();
  auth = await startAuth(database.url, google);
});
afterAll(async () => {
  await auth.program.stop();
  await google.program.stop();
  await database.close();
});
beforeEach(() => database.query("truncate users restart identity; select setval('users_id_seq', 1)"));

interface Told {
  readonly status: number;
  readonly location: string;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<Told> {
  const answer = await fetch(`http://127.0.0.1:${auth.port}${path}`, { redirect: 'manual', headers });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: answer.status,
    location: answer.headers.get('location') ?? '',
    headers: answer.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

async function callbackPath(person: string): Promise<string> {
  return google.consent((await ask('/api/auth/google')).location, person);
}

async function signIn(person: string): Promise<Told> {
  return ask(await callbackPath(person));
}

function claimsIn(location: string): Record<string, unknown> {
  const payload = /token=[\w-]+\.([\w-]+)\./.exec(location)?.[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

async function names(): Promise<string[]> {
  return (await database.query<{ name: string }>('select name from users order by id')).rows.map((row) => row.name);
}

describe('signing in at the same time', () => {
  test('five concurrent first sign-ins of one person make one row and five good tokens', async () => {
    for (const person of ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008', '1009']) {
      const paths = await Promise.all(Array.from({ length: 5 }, () => callbackPath(person)));
      const answers = await Promise.all(paths.map((path) => ask(path)));
      expect(answers.map(({ status }) => status)).toEqual([302, 302, 302, 302, 302]);
      expect(new Set(answers.map(({ location }) => claimsIn(location)['sub'])).size).toBe(1);
    }
    expect(new Set(await names()).size).toBe(9);
    expect(await names()).toHaveLength(9);
  });

  test('concurrent sign-ins of one person under two names end with one row and one of the names', async () => {
    await signIn('1001');
    const before = await callbackPath('1001');
    await google.put({ id: '1001', givenName: 'Adele', familyName: 'Lindqvist', email: 'ada.lindqvist@example.test' });
    const after = await Promise.all(Array.from({ length: 4 }, () => callbackPath('1001')));
    const answers = await Promise.all([before, ...after].map((path) => ask(path)));
    expect(answers.map(({ location }) => claimsIn(location)['name'])).toEqual(Array(5).fill('Adele Lindqvist'));
    expect(await names()).toEqual(['Adele Lindqvist']);
  });

  test('a known user draws no id, and a row that does not change is not touched', async () => {
    await signIn('1002');
    const [first] = (await database.query('select id, updated_at, xmin::text from users')).rows;
    await signIn('1002');
    expect((await database.query('select id, updated_at, xmin::text from users')).rows).toEqual([first]);
    await signIn('1003');
    expect((await database.query('select max(id) - min(id) as step from users')).rows).toEqual([{ step: 1 }]);
  });

  test('nobody who signs in becomes the guest, who has id 1', async () => {
    await using fresh = await createTestDatabase();
    await applySchemaChanges(fresh.url, fileURLToPath(new URL('../schema', import.meta.url)));
    expect((await fresh.query("select nextval('users_id_seq') as id")).rows).toEqual([{ id: '2' }]);
    expect(claimsIn((await signIn('1002')).location)['sub']).toBe(2);
  });
});

test('what it answers is what its contracts promise', async () => {
  expect(findProblems(startSignIn, await ask('/api/auth/google'))).toEqual([]);
  const signedIn = await signIn('1003');
  const token = /token=([\w.-]+)/.exec(signedIn.location)?.[1] ?? '';
  const answers = [
    [finishSignIn, signedIn],
    [finishSignIn, await signIn('1010')],
    [finishSignIn, await signIn('1012')],
    [profile, await ask('/api/auth/profile', { authorization: `Bearer ${token}` })],
    [profile, await ask('/api/auth/profile')],
  ] as const;
  expect(answers.map(([endpoint, told]) => findProblems(endpoint, told))).toEqual(answers.map(() => []));
  expect(answers.map(([, told]) => told.status)).toEqual([302, 500, 401, 200, 500]);
  expect(authEndpoints.map(({ path }) => path)).toEqual(['/api/auth/google', '/api/auth/google/callback', '/api/auth/profile']);
});

test('behind a fence it answers 503 with Retry-After, writes nothing, and signs in again when the fence is gone', async () => {
  await database.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'users is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on users for each statement execute function refuse_write()`);
  const refused = await signIn('1003');
  expect(refused).toMatchObject({ status: 503, body: { statusCode: 503, message: 'Service Unavailable' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(findProblems(finishSignIn, refused)).toEqual([]);
  expect(auth.program.output()).toContain('"event":"auth.write.refused"');
  expect(await names()).toEqual([]);
  await database.query('drop trigger fence on users');
  expect((await signIn('1003')).status).toBe(302);
});

describe('when the database goes away', () => {
  const endConnections = () =>
    onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and application_name = 'auth'`);

  test('idle connections that ended are replaced without a failed sign-in', async () => {
    await signIn('1004');
    await endConnections();
    expect((await signIn('1004')).status).toBe(302);
  });

  test('a sign-in whose statement was cut is sent again and happens once', async () => {
    await database.query("insert into users (google_id, email, name) values ('1005', 'old@example.test', 'Old')");
    const path = await callbackPath('1005');
    const { answer, cut } = await holdWhile(database, ask, path, endConnections);
    expect(cut).toBeGreaterThanOrEqual(1);
    expect((await answer).status).toBe(302);
    expect(await names()).toEqual(['Emre Castellan']);
  });

  test('it says it is not ready, stays alive, and is ready again by itself', async () => {
    const ready = async () => (await fetch(`${auth.internalUrl}/health/ready`)).status;
    expect(await ready()).toBe(200);
    await onServer(`alter database ${database.name} with allow_connections false`);
    await endConnections();
    expect(await ready()).toBe(503);
    expect((await fetch(`${auth.internalUrl}/health/live`)).status).toBe(200);
    expect((await ask('/api/auth/google')).status).toBe(302);
    await onServer(`alter database ${database.name} with allow_connections true`);
    expect(await ready()).toBe(200);
  });
});

test('neither addresses nor tokens nor codes are in its log, and its metrics name the routes', async () => {
  await signIn('1006');
  await signIn('1010');
  await ask('/api/auth/profile', { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' });
  const log = auth.program.output();
  expect(log).toContain('"route":"/api/auth/google/callback"');
  expect(log).not.toMatch(/@example\.test|eyJ|4%2F0A|4\/0A/);
  const metrics = await (await fetch(`${auth.internalUrl}/metrics`)).text();
  expect(metrics).toMatch(
    /_count\{service="auth",http_request_method="GET",http_route="\/api\/auth\/google\/callback",http_response_status_code="302"\} \d/,
  );
});

/** From another database: the current one cannot be closed. */
async function onServer(statement: string): Promise<{ rows: unknown[] }> {
  const client = new Client({ connectionString: process.env['BANYAN_TEST_POSTGRES_URL'] });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return { rows };
}

/** Holds the row, lets the request wait for it, ends the connections meanwhile, lets the row go. */
async function holdWhile(on: TestDatabase, send: (path: string) => Promise<Told>, path: string, end: () => Promise<{ rows: unknown[] }>) {
  const holder = new Client({ connectionString: on.url });
  await holder.connect();
  await holder.query("begin; select from users where google_id = '1005' for update");
  const answer = send(path);
  await untilSomebodyWaits(on);
  const { rows } = await end();
  await holder.query('rollback');
  await holder.end();
  return { answer, cut: rows.length };
}

async function untilSomebodyWaits(on: TestDatabase): Promise<void> {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and application_name = 'auth' and wait_event_type = 'Lock'";
  while ((await on.query(waiting)).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}
