import { createSeal, createServiceTokens } from '@banyan/identity';
import { createHttpClient, type HttpClient, signToken } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { findProblems } from '@banyan/contract';
import { endpoints } from '@helpdesk/contracts';
import { events } from '@helpdesk/contracts/events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Participants, startParticipants } from './testing/participants.ts';
import { jwtSecret, type RunningUser, sealSecret, serviceSecret, startUser } from './testing/programs.ts';

let database: TestDatabase;
let service: RunningUser;
let participants: Participants;
let client: HttpClient;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startUser(database.url);
  participants = await startParticipants(database.url);
  client = createHttpClient(`http://127.0.0.1:${service.port}`);
});
afterAll(async () => {
  await client?.close();
  await service?.program.stop();
  await participants?.close();
  await database?.close();
});
afterEach(() => database.query('truncate users, password_reset_tokens, reset_token_digests'));

interface Account {
  readonly user: { readonly id: string; readonly email: string };
  readonly token: string;
}

async function signUp(email = 'ada@example.test'): Promise<Account> {
  const answer = await client.post('/auth/signup', { email, password: 'correct horse', firstName: 'Ada' });
  expect(answer.status).toBe(201);
  return answer.json() as Account;
}

async function administrator(): Promise<Account> {
  const account = await signUp('root@example.test');
  await database.query(`update users set role = 'ADMIN' where id = $1`, [account.user.id]);
  return account;
}

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What has been published about somebody, oldest first, once there are so many. */
async function told(userId: string, count: number): Promise<Told[]> {
  const text = 'select type, payload from banyan.events where aggregate_id = $1 order by position';
  await expect.poll(async () => (await database.query(text, [userId])).rowCount).toBe(count);
  const { rows } = await database.query<Told & Record<string, unknown>>(text, [userId]);
  for (const { type, payload } of rows) {
    const contract = events.map((entry) => entry.contract).find((one) => one.type === type);
    expect(contract?.data.safeParse(payload).success).toBe(true);
  }
  return rows;
}

const typesOf = async (userId: string, count: number) => (await told(userId, count)).map(({ type }) => type);

describe('what is published, in the transaction of the change', () => {
  test('a sign-up, a role, and an end', async () => {
    const [{ user }, admin] = [await signUp(), await administrator()];
    const as = { token: admin.token };
    expect((await client.request('PATCH', `/admin/users/${user.id}/role`, { json: { role: 'ADMIN' }, ...as })).status).toBe(200);
    expect((await client.request('PATCH', `/admin/users/${user.id}/role`, { json: {}, ...as })).status).toBe(200);
    expect((await client.request('DELETE', `/admin/users/${user.id}`, as)).status).toBe(200);
    const all = (await told(user.id, 7)).filter(({ type }) => type !== 'user.cleanup_done');
    expect(all.map(({ type }) => type)).toEqual([
      'user.created',
      'user.updated',
      'user.role_changed',
      'user.role_changed',
      'user.deletion_requested',
      'user.deleted',
    ]);
    const [created, updated, changed, unchanged, requested, deleted] = all.map(({ payload }) => payload);
    expect(created).toMatchObject({ email: user.email, firstName: 'Ada', lastName: null, role: 'AGENT' });
    expect(updated).toMatchObject({ role: 'ADMIN', changed: ['role'], cause: 'role_changed' });
    expect(changed).toMatchObject({ oldRole: 'AGENT', newRole: 'ADMIN', actorId: admin.user.id });
    expect(unchanged).not.toHaveProperty('newRole');
    expect(deleted).toMatchObject({ email: user.email, role: 'ADMIN', actorId: admin.user.id, sagaId: requested?.['sagaId'] });
    expect(JSON.stringify(all)).not.toContain('argon2');
  });

  test('the token of a reset link only sealed, for the one it is about', async () => {
    const { user } = await signUp();
    expect((await client.post('/auth/forgot-password', { email: user.email })).status).toBe(201);
    const sealed = (await told(user.id, 2))[1]?.payload['tokenSealed'] as string;
    const token = createSeal(sealSecret).open(sealed, user.id);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const { rows } = await database.query('select payload::text as text from banyan.events');
    expect(JSON.stringify(rows)).not.toContain(token);
    expect((await client.post('/auth/reset-password', { token, newPassword: 'battery staple' })).status).toBe(201);
    expect((await client.post('/auth/login', { email: user.email, password: 'battery staple' })).status).toBe(201);
    expect((await told(user.id, 3))[2]).toMatchObject({
      type: 'user.updated',
      payload: { changed: ['password'], cause: 'password_reset' },
    });
    expect(service.program.output()).not.toContain(token);
  });

  test('what is refused tells nothing', async () => {
    const { user, token } = await signUp();
    await client.post('/auth/signup', { email: user.email, password: 'another' });
    await client.request('PATCH', `/admin/users/${user.id}/role`, { json: { role: 'ADMIN' }, token });
    await client.request('DELETE', `/admin/users/${user.id}`, { token });
    await client.post('/auth/forgot-password', { email: 'nobody@example.test' });
    expect(await typesOf(user.id, 1)).toEqual(['user.created']);
    expect((await database.query('select from banyan.outbox')).rowCount).toBe(0);
  });
});

describe('what is otherwise than in the monolith', () => {
  async function resetToken({ user }: Account): Promise<string> {
    await client.post('/auth/forgot-password', { email: user.email });
    const all = await told(user.id, 2);
    return createSeal(sealSecret).open(all[1]?.payload['tokenSealed'] as string, user.id);
  }

  test('a reset link that is used several times at once works once', async () => {
    const account = await signUp();
    const token = await resetToken(account);
    const attempts = Array.from({ length: 4 }, (_, index) =>
      client.post('/auth/reset-password', { token, newPassword: `password ${index}` }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([201, 400, 400, 400]);
    expect(await typesOf(account.user.id, 3)).toEqual(['user.created', 'user.password_reset_requested', 'user.updated']);
  });

  test('a password is changed by who knows it, and the token stays good', async () => {
    const { user, token } = await signUp();
    const change = (oldPassword: string) => client.post('/auth/change-password', { oldPassword, newPassword: 'battery staple' }, { token });
    const refused = await change('wrong');
    expect([refused.status, (refused.json() as { message: string }).message]).toEqual([400, 'Current password is incorrect']);
    expect([(await change('correct horse')).status, (await change('battery staple')).status]).toEqual([201, 201]);
    expect((await client.post('/auth/login', { email: user.email, password: 'correct horse' })).status).toBe(401);
  });

  test('a token without a subject is no token', async () => {
    const nameless = signToken({ email: 'ada@example.test' }, jwtSecret);
    expect((await client.request('DELETE', '/admin/users/x', { token: nameless })).status).toBe(401);
  });

  test('flags: the role with a log-in, 409 for all but the first, 400 for no such role', async () => {
    const FLAGS = 'fix.login_role,fix.races,fix.validation';
    const corrected = await startUser(database.url, { environment: { FLAGS } });
    const asked = createHttpClient(`http://127.0.0.1:${corrected.port}`);
    try {
      const body = { email: 'race@example.test', password: 'correct horse' };
      const signUps = await Promise.all(Array.from({ length: 4 }, () => asked.post('/auth/signup', body)));
      expect(signUps.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 409, 409, 409]);
      expect((await asked.post('/auth/login', body)).json()).toMatchObject({ user: { role: 'AGENT' } });
      const { user, token } = await administrator();
      const refused = await asked.request('PATCH', `/admin/users/${user.id}/role`, { json: { role: 'OWNER' }, token });
      expect([refused.status, (refused.json() as { message: string[] }).message]).toEqual([
        400,
        ['role must be one of the following values: AGENT, ADMIN'],
      ]);
    } finally {
      await asked.close();
      await corrected.program.stop();
    }
  });
});

test('behind a fence it answers 503 with Retry-After, writes and tells nothing', async () => {
  const { user } = await signUp();
  await database.query(`
    create or replace function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'users is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on users for each statement execute function refuse_write()`);
  const refused = await client.post('/auth/signup', { email: 'late@example.test', password: 'correct horse' });
  await database.query('drop trigger fence on users');
  expect([refused.status, refused.headers['retry-after'], refused.json()]).toEqual([
    503,
    '1',
    { statusCode: 503, message: 'Service Unavailable' },
  ]);
  expect(service.program.output()).toContain('"event":"user.write.refused"');
  expect((await database.query('select email from users')).rows).toEqual([{ email: user.email }]);
});

test('services learn who a token stands for, users by their ids, and the page that a copy is filled from; others nothing', async () => {
  const { user, token } = await signUp();
  const authorization = `Bearer ${await createServiceTokens({ service: 'ticket', secret: serviceSecret }).issue('user')}`;
  const inside = createHttpClient(service.internalUrl);
  const asked = { headers: { authorization } };
  try {
    const validate = async (given: unknown) => (await inside.post('/internal/auth/validate', { token: given }, asked)).json();
    const shown = { id: user.id, email: user.email, firstName: 'Ada', lastName: null, role: 'AGENT' };
    const { id: userId, ...known } = shown;
    expect(await validate(token)).toEqual({ valid: true, user: { userId, ...known } });
    expect((await inside.get(`/internal/users/${userId}`, asked)).json()).toEqual(shown);
    expect((await inside.get('/internal/users/nobody', asked)).status).toBe(404);
    for (const bad of ['a.b.c', undefined, 7, signToken({ sub: 'nobody' }, jwtSecret)])
      expect(await validate(bad)).toEqual({ valid: false });
    const { users } = (await inside.post('/internal/users/batch', { ids: [user.id, 'nobody'] }, asked)).json() as { users: object[] };
    expect(users.map((one) => Object.keys(one))).toEqual([['id', 'email', 'firstName', 'lastName', 'role', 'createdAt', 'updatedAt']]);
    expect((await inside.post('/internal/users/batch', { ids: [7] }, asked)).status).toBe(400);
    await told(user.id, 1);
    const { entries } = (await inside.get('/internal/users/refs', asked)).json() as {
      entries: { key: string; sequence: string; data: object }[];
    };
    const time = expect.stringMatching(/\.\d{3}Z$/) as string;
    expect(entries).toEqual([{ key: user.id, sequence: '1', data: { ...shown, createdAt: time, updatedAt: time } }]);
    const admin = `Bearer ${await createServiceTokens({ service: 'admin', secret: serviceSecret }).issue('user')}`;
    const newest = await signUp('newest@example.test');
    const list = await inside.get('/internal/users?order=createdAt.desc', { headers: { authorization: admin } });
    expect((list.json() as { users: object[] }).users).toMatchObject([
      { id: newest.user.id },
      { ...shown, createdAt: time, updatedAt: time },
    ]);
    expect((await inside.get('/internal/users?order=email', { headers: { authorization: admin } })).status).toBe(400);
    expect((await inside.get('/internal/users/refs')).status).toBe(401);
    const bridge = `Bearer ${await createServiceTokens({ service: 'bridge', secret: serviceSecret }).issue('user')}`;
    expect((await inside.get('/internal/users/refs', { headers: { authorization: bridge } })).status).toBe(403);
  } finally {
    await inside.close();
  }
});

test('who one is now, whatever the token says', async () => {
  const { user, token } = await signUp();
  const me = () => client.get('/auth/me', { token });
  const shown = { id: user.id, email: user.email, firstName: 'Ada', lastName: null };
  expect((await me()).text).toBe(JSON.stringify({ ...shown, role: 'AGENT' }));
  await database.query(`update users set role = 'ADMIN'`);
  expect((await me()).text).toBe(JSON.stringify({ ...shown, role: 'ADMIN' }));
  await database.query('delete from users');
  expect([(await me()).status, (await me()).text]).toEqual([401, '{"message":"Unauthorized","statusCode":401}']);
});

test('what it answers is what its contracts promise', async () => {
  const [{ user }, { token }] = [await signUp(), await administrator()];
  const credentials = { email: user.email, password: 'correct horse' };
  const answers = {
    'auth.sign-up': [
      await client.post('/auth/signup', { ...credentials, email: 'ben@example.test' }),
      await client.post('/auth/signup', credentials),
    ],
    'auth.log-in': [await client.post('/auth/login', credentials), await client.post('/auth/login', {})],
    'auth.forgot-password': [await client.post('/auth/forgot-password', { email: user.email })],
    'auth.reset-password': [await client.post('/auth/reset-password', { token: 'x', newPassword: 'correct horse' })],
    'auth.change-password': [await client.post('/auth/change-password', {})],
    'auth.me': [await client.get('/auth/me', { token }), await client.get('/auth/me')],
    'admin.change-role': [
      await client.request('PATCH', `/admin/users/${user.id}/role`, { json: { role: 'AGENT' }, token }),
      await client.request('PATCH', `/admin/users/${user.id}/role`, { json: { role: 'OWNER' }, token }),
    ],
    'admin.remove-user': [
      await client.request('DELETE', `/admin/users/${user.id}`, { token }),
      await client.request('DELETE', `/admin/users/${user.id}`, { token }),
    ],
  };
  const statuses = Object.values(answers)
    .flat()
    .map(({ status }) => status);
  expect(statuses).toEqual([201, 409, 201, 400, 201, 400, 401, 200, 401, 200, 500, 200, 404]);
  const problems = endpoints.flatMap((endpoint) =>
    (answers[endpoint.name as keyof typeof answers] ?? []).flatMap((answer) =>
      findProblems(endpoint, { status: answer.status, body: answer.json() }),
    ),
  );
  expect(problems).toEqual([]);
});
