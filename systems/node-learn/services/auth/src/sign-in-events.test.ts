import { createServiceTokens } from '@banyan/identity';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { userAuthenticated, userCreated } from '@node-learn/contracts/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Google, type RunningAuth, serviceSecret, startAuth, startGoogle } from './testing/programs.ts';

let google: Google;
let auth: RunningAuth;
let database: TestDatabase;

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

const person = { id: 'new-one', givenName: 'Nova', familyName: 'One', email: 'nova@example.com' };

async function signIn(traceId: string): Promise<number> {
  const begun = await fetch(`http://127.0.0.1:${auth.port}/api/auth/google`, { redirect: 'manual' });
  const path = await google.consent(begun.headers.get('location') ?? '', person.id);
  const answer = await fetch(`http://127.0.0.1:${auth.port}${path}`, { redirect: 'manual', headers: { 'x-trace-id': traceId } });
  return answer.status;
}

interface Published {
  readonly type: string;
  readonly correlation: string;
  readonly payload: Record<string, unknown>;
}

async function published(): Promise<Published[]> {
  return (
    await database.query<Published & Record<string, unknown>>(
      'select type, correlation_id as correlation, payload from banyan.events order by position',
    )
  ).rows;
}

test('a sign-in tells once who came, and the first one who is new, under the id of its request', async () => {
  await google.put(person);
  const [first, second] = ['0190f0c4-0000-7000-8000-000000000001', '0190f0c4-0000-7000-8000-000000000002'] as const;
  expect(await signIn(first)).toBe(302);
  await expect.poll(async () => (await published()).length).toBe(2);
  await google.put({ ...person, givenName: 'Renamed' });
  expect(await signIn(second)).toBe(302);
  await expect.poll(async () => (await published()).length).toBe(3);
  const told = await published();
  expect(told.map(({ type, correlation }) => [type, correlation])).toEqual([
    ['user.created', first],
    ['user.authenticated', first],
    ['user.authenticated', second],
  ]);
  expect(told[0]?.payload).toEqual({
    userId: '2',
    email: person.email,
    name: 'Nova One',
    picture: expect.any(String) as string,
    isAdmin: false,
    createdAt: expect.any(String) as string,
  });
  expect(told.map(({ payload }) => [payload['name'], payload['firstLogin']])).toEqual([
    ['Nova One', undefined],
    ['Nova One', true],
    ['Renamed One', false],
  ]);
  expect(userCreated.data.safeParse(told[0]?.payload).success && userAuthenticated.data.safeParse(told[2]?.payload).success).toBe(true);
});

test('sign-ins under one trace id are told one by one: a client may send the same one again', async () => {
  const before = (await published()).length;
  const same = '0190f0c4-0000-7000-8000-000000000003';
  expect([await signIn(same), await signIn(same)]).toEqual([302, 302]);
  await expect.poll(async () => (await published()).length).toBe(before + 2);
});

test('a refused sign-in tells nothing', async () => {
  const before = (await published()).length;
  await google.put({ ...person, id: 'another-account' });
  const begun = await fetch(`http://127.0.0.1:${auth.port}/api/auth/google`, { redirect: 'manual' });
  const path = await google.consent(begun.headers.get('location') ?? '', 'another-account');
  expect((await fetch(`http://127.0.0.1:${auth.port}${path}`, { redirect: 'manual' })).status).toBe(500);
  expect((await database.query('select from banyan.outbox')).rowCount).toBe(0);
  expect(await published()).toHaveLength(before);
});

test('services get users and refs with their last event, each what it may ask; nobody else does', async () => {
  const bearer = async (service: string) => `Bearer ${await createServiceTokens({ service, secret: serviceSecret }).issue('auth')}`;
  const [quiz, admin] = await Promise.all([bearer('quiz'), bearer('admin')]);
  const ask = async (path: string, authorization = quiz) => {
    const answer = await fetch(`${auth.internalUrl}${path}`, { headers: { authorization } });
    const body: unknown = await answer.json();
    return { status: answer.status, body };
  };
  expect(await ask('/internal/users/refs')).toEqual({
    status: 200,
    body: { entries: [{ key: '2', sequence: '5', data: { userId: '2', name: 'Renamed One' } }] },
  });
  expect(await ask('/internal/users/refs?after=2')).toEqual({ status: 200, body: { entries: [] } });
  expect(await ask('/internal/users', admin)).toMatchObject({ status: 200, body: [{ id: 2, email: person.email }] });
  expect(await ask('/internal/users')).toMatchObject({ status: 403 });
  expect(await ask('/internal/users/2')).toMatchObject({ status: 200, body: { id: 2 } });
  expect(await ask('/internal/users/3')).toMatchObject({ status: 404 });
  expect(await ask('/internal/users', 'Bearer nothing')).toMatchObject({ status: 401 });
});
