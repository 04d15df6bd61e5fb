import { createSeal, createServiceTokens } from '@banyan/identity';
import { createHttpClient } from '@banyan/proof';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ada, createDeletionWorld, type DeletionWorld, tokenOf } from '../testing/deletion-world.ts';
import { sealSecret, serviceSecret } from '../testing/programs.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: DeletionWorld;
beforeEach(async () => {
  world = await createDeletionWorld();
});
afterEach(() => world?.close());

const long = { environment: { CLEANUP_WITHIN_MS: '60000' } };
const short = { environment: { CLEANUP_WITHIN_MS: '500' } };
const failed = { statusCode: 500, message: 'Internal server error' };
const logIn = async () => (await world.client.post('/auth/login', ada)).status;
const users = async () => (await world.database.query('select id from users order by id')).rows.map(({ id }) => id as string);
const sagas = async () => (await world.database.query('select state, reason from banyan.sagas order by started_at')).rows;
const requests = () => world.participants.heard.filter(({ type }) => type === 'user.deletion_requested');

test('who is deleted is gone when all have answered, and their address is free', async () => {
  await world.start(long);
  const answer = await world.delete('ada');
  expect([answer.status, answer.json()]).toEqual([200, { message: 'User deleted successfully' }]);
  expect(await users()).toEqual(['admin']);
  expect((await world.database.query('select from deletions')).rowCount).toBe(0);
  expect((await world.client.post('/auth/signup', ada)).status).toBe(201);
  await expect.poll(() => world.told()).toEqual(['deletion_requested', 'deleted']);
  const [requested, deleted] = world.participants.heard.map(({ data }) => data);
  expect(requested).toEqual({ sagaId: deleted?.['sagaId'], userId: 'ada', email: ada.email, role: 'AGENT', actorId: 'admin' });
});

describe('while others have not answered yet', () => {
  beforeEach(async () => {
    await world.start(long);
    world.participants.answerWith('silent');
  });

  test('nobody finds them, and their address is taken', async () => {
    await world.client.post('/auth/forgot-password', { email: ada.email });
    const sealed = `select payload ->> 'tokenSealed' as sealed from banyan.events where type = 'user.password_reset_requested'`;
    await expect.poll(async () => (await world.database.query(sealed)).rowCount).toBe(1);
    const token = createSeal(sealSecret).open((await world.database.query(sealed)).rows[0]?.['sealed'] as string, 'ada');
    const deletion = world.delete('ada');
    await expect.poll(requests).toHaveLength(1);
    expect(await logIn()).toBe(401);
    expect((await world.client.request('DELETE', '/admin/users/x', { token: tokenOf('ada') })).status).toBe(401);
    const role = { json: { role: 'ADMIN' }, token: tokenOf('admin') };
    expect((await world.client.request('PATCH', '/admin/users/ada/role', role)).status).toBe(404);
    expect((await world.client.post('/auth/signup', ada)).status).toBe(409);
    expect((await world.client.post('/auth/reset-password', { token, newPassword: 'battery staple' })).status).toBe(400);
    expect(await askInside('/internal/users/ada')).toEqual({ message: 'Not Found', statusCode: 404 });
    expect(await askInside('/internal/users/batch', { ids: ['ada', 'admin'] })).toMatchObject({ users: [{ id: 'admin' }] });
    await world.participants.answerLate(requests()[0]!);
    expect((await deletion).status).toBe(200);
  });

  test('they are deleted once, and not a second time', async () => {
    const deletion = world.delete('ada');
    await expect.poll(requests).toHaveLength(1);
    expect((await world.delete('ada')).status).toBe(404);
    await world.participants.answerLate(requests()[0]!);
    expect((await deletion).status).toBe(200);
    await expect.poll(() => world.told()).toEqual(['deletion_requested', 'deleted']);
  });
});

test.each([
  ['500', long],
  ['404 with fix.races', { environment: { ...long.environment, FLAGS: 'fix.races' } }],
])('of several who delete somebody at once one does, the others get %s', async (others, options) => {
  await world.start(options);
  const answers = await Promise.all([1, 2, 3, 4].map(() => world.delete('ada')));
  const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
  // Who comes late enough is told that there is nobody, as the monolith does.
  expect([statuses[0], statuses.slice(1).filter((status) => ![404, Number.parseInt(others)].includes(status))]).toEqual([200, []]);
  await expect.poll(() => world.told()).toEqual(['deletion_requested', 'deleted']);
});

describe('everything is as before', () => {
  async function expectAsBefore(): Promise<void> {
    expect(await users()).toEqual(['ada', 'admin']);
    expect(await logIn()).toBe(201);
    expect((await world.database.query('select from deletions')).rowCount).toBe(0);
    await expect.poll(() => world.told()).toEqual(['deletion_requested', 'deletion_cancelled']);
  }

  test('when one of them says no', async () => {
    await world.start(long);
    world.participants.answerWith('failed');
    const answer = await world.delete('ada');
    expect([answer.status, answer.json()]).toEqual([500, failed]);
    await expectAsBefore();
    expect(await sagas()).toEqual([{ state: 'compensated', reason: 'ticket: tickets are broken' }]);
  });

  test('when one of them does not answer in time; what it says later does not count, and the next attempt does', async () => {
    await world.start(short);
    world.participants.answerWith('silent');
    const answer = await world.delete('ada');
    expect([answer.status, answer.json()]).toEqual([500, failed]);
    await expectAsBefore();
    await world.participants.answerLate(requests()[0]!);
    expect((await world.delete('ada')).status).toBe(500);
    world.participants.answerWith('done');
    await expect.poll(async () => (await world.delete('ada')).status).toBe(200);
    expect(await users()).toEqual(['admin']);
  });

  test('when the row cannot be deleted at last', async () => {
    await world.start(long);
    await world.database.query(`
      create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
      create trigger fail before delete on users for each row execute function fail()`);
    expect((await world.delete('ada')).status).toBe(500);
    await world.database.query('drop trigger fail on users');
    await expectAsBefore();
  });
});

test('behind a fence nothing begins: 503 with Retry-After', async () => {
  await world.start(long);
  await world.database.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'users is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on users for each statement execute function refuse_write()`);
  const answer = await world.delete('ada');
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(await logIn()).toBe(201);
  expect((await world.database.query('select from banyan.outbox')).rowCount).toBe(0);
  expect(world.told()).toEqual([]);
});

/** As the ticket service does. */
async function askInside(path: string, body?: object): Promise<unknown> {
  const authorization = `Bearer ${await createServiceTokens({ service: 'ticket', secret: serviceSecret }).issue('user')}`;
  const inside = createHttpClient(world.running.internalUrl);
  try {
    const asked = { headers: { authorization } };
    return (await (body === undefined ? inside.get(path, asked) : inside.post(path, body, asked))).json();
  } finally {
    await inside.close();
  }
}
