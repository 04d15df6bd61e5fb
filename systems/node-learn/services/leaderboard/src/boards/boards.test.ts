import { createHmac } from 'node:crypto';
import { createRandom } from '@banyan/proof';
import { findProblems } from '@banyan/contract';
import { postRun, userAuthenticated, userCreated, userDeleted } from '@node-learn/contracts';
import { describe, expect, test, vi } from 'vitest';
import { useLeaderboardWorld } from '../testing/leaderboard-world.ts';
import { jwtSecret } from '../testing/programs.ts';
import { fence, openFence, tellOwner } from '../testing/rows.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const world = useLeaderboardWorld();
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const flags = (...names: string[]) => ({ environment: { FLAGS: names.map((name) => `leaderboard.${name}`).join(',') } });
const placesOf = (board: readonly string[]) => board.map((place) => place.split(' ')[0]);

describe('runs that are posted to one board at once', () => {
  test('fifty of fifty users: no one fails, and the six best stand in six places', async () => {
    await world.start();
    const answers = await Promise.all(range(50).map((user) => world.post([9, user, user, user % 7])));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await world.board(9)).toEqual(range(6).map((place) => `9/${place} ${51 - place}: ${51 - place} of 9, ${(51 - place) % 7}`));
  });

  test('fifty of the six who stand on it: nobody is lost', async () => {
    await world.start();
    for (const user of range(6)) await world.post([9, user, user]);
    const random = createRandom(3);
    const answers = await Promise.all(range(50).map((turn) => world.post([9, (turn % 6) + 1, random.below(30), random.below(9)])));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    const board = await world.board(9);
    expect(placesOf(board)).toEqual(range(6).map((place) => `9/${place}`));
    expect(board.map((place) => Number(/ (\d+):/.exec(place)?.[1])).toSorted((one, other) => one - other)).toEqual(range(6));
  });

  test('to two instances at once, and to many boards', async () => {
    const first = await world.start();
    await world.start();
    const post = (port: number, turn: number) =>
      fetch(`http://127.0.0.1:${port}/api/leaderboard/update`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ modeId: (turn % 10) + 1, userId: turn, correctAnswers: turn, totalQuestions: 60, streak: 0 }),
      });
    const answers = await Promise.all(
      range(60).map(async (turn) => (turn % 2 === 0 ? post(first.port, turn) : world.post([(turn % 10) + 1, turn, turn]))),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    for (const mode of range(10)) expect(placesOf(await world.board(mode))).toEqual(range(6).map((place) => `${mode}/${place}`));
  });
});

describe('what is told', () => {
  const brief = ({ data }: { data: Readonly<Record<string, unknown>> }) =>
    `${String(data['position'])} ${String(data['userId'])} ${String(data['change'])}${data['evictedUserId'] === null ? '' : `, without ${data['evictedUserId'] as string}`}`;

  test('each place that looks otherwise, once, under the request that changed it', async () => {
    await world.start();
    for (const user of range(6)) await world.post([4, user + 1, 20 - user]);
    await world.settled();
    expect((await world.told()).map(brief)).toEqual(range(6).map((place) => `${place} ${place + 1} entered`));
    const trace = crypto.randomUUID();
    await world.post([4, 9, 18, 3], { 'x-trace-id': trace });
    await world.settled();
    const events = (await world.told()).slice(6);
    expect(events.map(brief)).toEqual(['2 9 entered, without 7', '3 3 moved', '4 4 moved', '5 5 moved', '6 6 moved']);
    expect(new Set(events.map(({ correlation_id }) => correlation_id)).size).toBe(1);
    expect(events[0]).toMatchObject({
      type: 'leaderboard.entry.updated',
      data: { quizModeId: '4', score: 18, correctAnswers: 18, totalQuestions: 9, streak: 3, username: 'Learner 9' },
    });
    const { rows } = await world.database.query<{ at: Date }>(
      `select achieved_at at time zone 'UTC' as at from leaderboards where user_id = 9`,
    );
    expect(events[0]?.data['achievedAt']).toBe(rows[0]?.at.toISOString());
  });

  test('the same result again, and a refused one, tell nothing; a worse one tells who has moved', async () => {
    await world.start();
    for (const user of range(6)) await world.post([4, user + 1, 20 - user]);
    await world.settled();
    await world.post([4, 2, 19]);
    await world.post([4, 20, 14, 9]);
    await world.settled();
    expect(await world.told()).toHaveLength(6);
    await world.post([4, 6, 18, 1]);
    await world.settled();
    expect((await world.told()).slice(6).map(brief)).toEqual(['2 6 updated', '3 3 moved', '4 4 moved', '5 5 moved']);
  });

  test('nothing of a run that was refused after all', async () => {
    await world.start();
    await world.database.query(`alter table leaderboards add constraint planted check (streak <> 77)`);
    await world.post([4, 2, 5]);
    expect((await world.post([4, 3, 9, 77])).status).toBe(500);
    await world.settled();
    expect(await world.told()).toHaveLength(1);
    expect(await world.board(4)).toEqual(['4/1 2: 5 of 9, 0']);
  });
});

describe('names', () => {
  const person = { email: 'a@example.test', picture: null, isAdmin: false };
  const signedIn = (userId: number, name: string) =>
    world.others.publish(userAuthenticated, {
      ...person, userId: String(userId), name, provider: 'google', firstLogin: false, authenticatedAt: '2026-01-01T00:00:00.000Z',
    }); // prettier-ignore
  const names = async () => ((await world.ask('/api/leaderboard/mode/5')).body as { username: string }[]).map(({ username }) => username);

  test('follow a sign-in, at once on every board', async () => {
    await world.start();
    await world.post([5, 7, 3]);
    expect((await names())[0]).toBe('Learner 7');
    await signedIn(7, 'Ada New');
    await expect.poll(async () => (await names())[0], { interval: 20, timeout: 1_000 }).toBe('Ada New');
  });

  test('of somebody new are known by the event, or by one look-up at auth before it has come', async () => {
    await world.start();
    await world.others.publish(userCreated, { ...person, userId: '71', name: 'Bo First', createdAt: '2026-01-01T00:00:00.000Z' });
    await world.settled();
    expect((await world.post([5, 71, 3])).status).toBe(201);
    expect(world.neighbours.asked).toEqual([]);
    world.neighbours.users.set(72, 'Cy Early');
    expect((await world.post([5, 72, 2])).status).toBe(201);
    expect((await world.post([5, 72, 1])).status).toBe(201);
    expect(world.neighbours.asked).toEqual(['/internal/users/72']);
    expect((await names()).slice(0, 2)).toEqual(['Bo First', 'Cy Early']);
    await signedIn(72, 'Cy Later');
    await world.settled();
    expect((await names())[1]).toBe('Cy Later');
  });

  test('nobody knows: the run is refused, nothing is written, and auth may also not answer', async () => {
    await world.start();
    expect((await world.post([5, 999, 3])).status).toBe(500);
    world.neighbours.isSilent = true;
    const began = performance.now();
    expect((await world.post([5, 998, 3])).status).toBe(500);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await world.board(5)).toEqual([]);
    expect(world.neighbours.asked).toEqual(['/internal/users/999', '/internal/users/998']);
  });

  test('who is deleted leaves the boards, and a look-up on its way does not bring anybody back', async () => {
    await world.start();
    for (const user of [7, 8, 9]) await world.post([5, user, 30 - user]);
    await world.others.publish(userDeleted, { userId: '8', deletedAt: '2026-01-01T00:00:00.000Z' });
    await world.settled();
    expect(await world.board(5)).toEqual(['5/1 7: 23 of 9, 0', '5/3 9: 21 of 9, 0']);
    world.neighbours.users.set(8, 'Somebody');
    expect((await world.post([5, 8, 40])).status).toBe(500);
    expect((await names()).slice(0, 2)).toEqual(['Learner 7', 'Learner 9']);
  });

  test('who is deleted while the monolith owns the boards is left to it; while they move the event waits', async () => {
    await tellOwner(world.database, 'monolith');
    await world.start();
    await world.post([5, 8, 3]);
    await fence(world.database);
    await world.others.publish(userDeleted, { userId: '8', deletedAt: '2026-01-01T00:00:00.000Z' });
    await world.settled();
    expect(await world.board(5)).toHaveLength(1);
    await tellOwner(world.database, 'leaderboard');
    await openFence(world.database);
    await world.post([5, 9, 3]);
    await fence(world.database);
    await world.others.publish(userDeleted, { userId: '9', deletedAt: '2026-01-01T00:00:00.000Z' });
    await expect.poll(async () => (await world.database.query('select from banyan.set_aside')).rows.length, { timeout: 30_000 }).toBe(1);
    await openFence(world.database);
    await world.settled();
    await expect.poll(() => world.board(5), { timeout: 30_000 }).toEqual(['5/1 8: 3 of 9, 0']);
  });
});

test('a mode that is new at quiz is looked up, and one that is not there refused', async () => {
  await world.start();
  world.neighbours.modes.add(1_234);
  expect((await world.post([1_234, 2, 3])).status).toBe(201);
  expect((await world.post([1_235, 2, 3])).status).toBe(500);
  expect((await world.post([-5, 2, 3])).status).toBe(500);
  expect(world.neighbours.asked.slice(0, 2)).toEqual(['/internal/modes/1234', '/internal/modes/1235']);
  expect(await world.board(1_234)).toHaveLength(1);
});

test('behind a fence it answers 503 with Retry-After, and takes the run when the fence is gone', async () => {
  await world.start();
  await world.post([5, 2, 3]);
  await fence(world.database);
  const refused = await world.post([5, 3, 4]);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(findProblems(postRun, refused)).toEqual([]);
  expect((await world.ask('/api/leaderboard/mode/5')).status).toBe(200);
  await openFence(world.database);
  expect((await world.post([5, 3, 4])).status).toBe(201);
  await world.settled();
  expect(await world.told()).toHaveLength(3);
});

test('connections that ended are replaced without a failed answer', async () => {
  const { internalUrl } = await world.start();
  await world.post([5, 2, 3]);
  await world.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'leaderboard'`,
  );
  expect((await world.ask('/api/leaderboard/mode/5')).status).toBe(200);
  expect((await fetch(`${internalUrl}/health/ready`)).status).toBe(200);
});

describe('corrections, each by its flag', () => {
  test('keepBest: a worse result changes nothing, and the time of a place is that of its result', async () => {
    await world.start(flags('keepBest'));
    await world.post([6, 2, 5, 5]);
    await world.post([6, 3, 3, 3]);
    const times = async () =>
      (await world.database.query<{ at: Date }>('select achieved_at as at from leaderboards order by user_id')).rows.map(({ at }) =>
        at.getTime(),
      );
    const before = await times();
    await world.post([6, 2, 1, 0]);
    expect(await world.board(6)).toEqual(['6/1 2: 5 of 9, 5', '6/2 3: 3 of 9, 3']);
    await world.post([6, 3, 9, 0]);
    expect(await world.board(6)).toEqual(['6/1 3: 9 of 9, 0', '6/2 2: 5 of 9, 5']);
    const after = await times();
    expect([after[0], after[1]! > before[1]!]).toEqual([before[0], true]);
  });

  test('without it every update renews all times', async () => {
    await world.start();
    await world.post([6, 2, 5, 5]);
    await world.database.query(`update leaderboards set achieved_at = '2020-01-01'`);
    await world.post([6, 3, 3, 3]);
    expect((await world.database.query(`select from leaderboards where achieved_at > '2021-01-01'`)).rows).toHaveLength(2);
  });

  test('sanity: a result that no run can have is refused, and said why', async () => {
    await world.start(flags('sanity'));
    for (const right of [-1, 10]) {
      const refused = await world.post([6, 2, right]);
      expect(refused).toMatchObject({ status: 422, body: { message: 'No run has such a result' } });
      expect(findProblems(postRun, refused)).toEqual([]);
    }
    for (const right of [0, 9]) expect((await world.post([6, 2, right])).status).toBe(201);
  });

  test("tokenUser: the token's user wins over the body's; without a token only the guest plays", async () => {
    await world.start(flags('tokenUser'));
    const authorization = `Bearer ${token({ sub: 7, email: '7@example.test' })}`;
    expect((await world.post([6, 2, 5], { authorization })).status).toBe(201);
    expect(await world.board(6)).toEqual(['6/1 7: 5 of 9, 0']);
    const refused = [await world.post([6, 2, 5]), await world.post([6, 2, 5], { authorization: `${authorization}x` })];
    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
    expect(findProblems(postRun, refused[0]!)).toEqual([]);
    expect((await world.post([6, 1, 5])).status).toBe(201);
  });

  test('without it anybody posts for anybody, whatever the token', async () => {
    await world.start();
    const authorization = `Bearer ${token({ sub: 7, email: '7@example.test' })}`;
    expect((await world.post([6, 2, 5], { authorization })).status).toBe(201);
    expect(await world.board(6)).toEqual(['6/1 2: 5 of 9, 0']);
  });
});

function token(payload: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...payload, iat: now, exp: now + 60 })}`;
  return `${content}.${createHmac('sha256', jwtSecret).update(content).digest('base64url')}`;
}
