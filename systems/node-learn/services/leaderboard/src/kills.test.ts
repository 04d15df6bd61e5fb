import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { answerSubmitted } from '@node-learn/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useLeaderboardWorld } from './testing/leaderboard-world.ts';
import type { Instance } from './testing/programs.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const world = useLeaderboardWorld();
const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leaderboard-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const startMortal = (): Promise<Instance> =>
  world.start({ nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: join(folder, 'point') } });

describe('killed while a run is posted to a full board', () => {
  const before = [2, 3, 4, 5, 6, 7].map((user, index) => `4/${index + 1} ${user}: ${20 - user} of 9, 0`);
  const after = ['4/1 9: 50 of 9, 0', ...before.slice(0, 5).map((place) => place.replace(/\/(\d)/, (_all, at) => `/${Number(at) + 1}`))];

  test.each([
    ['leaderboard.update.before-write', before],
    ['leaderboard.update.written', before],
    ['outbox.committed', after],
    ['leaderboard.update.before-answer', after],
  ])('at %s: the board is as before or as after, whole, and told as it is', async (point, expected) => {
    await world.start();
    for (const user of [2, 3, 4, 5, 6, 7]) await world.post([4, user, 20 - user]);
    await world.settled();
    const dying = await startMortal();
    const crash = armCrash(join(folder, 'point'), point);
    await expect(world.post([4, 9, 50])).rejects.toThrow('fetch failed');
    expect(await crash.died()).toMatchObject({ point, pid: dying.program.pid });
    expect(await world.board(4)).toEqual(expected);
    await world.settled();
    const told = (await world.told()).slice(6).map(({ data }) => `4/${String(data['position'])} ${String(data['userId'])}`);
    expect(told).toEqual(expected === before ? [] : after.map((place) => place.split(':')[0]));
    await world.start();
    expect((await world.post([4, 9, 50])).status).toBe(201);
    expect(await world.board(4)).toEqual(after);
    await world.settled();
    expect(await world.told()).toHaveLength(12);
  });
});

test.each(['leaderboard.answer.scored', 'bus.before-settle'])(
  'killed at %s, one of two replicas: every answer scores once',
  async (point) => {
    await Promise.all([startMortal(), startMortal()]);
    const crash = armCrash(join(folder, 'point'), point);
    const answers = Array.from({ length: 60 }, (_, index) => ({ userId: String(2 + (index % 5)), isCorrect: index % 4 !== 0 }));
    for (const { userId, isCorrect } of answers) {
      const rest = {
        questionId: '1',
        streak: null,
        quizModeId: '9',
        timestamp: '2026-01-01T00:00:00.000Z',
        correctCount: 1,
        incorrectCount: 0,
      };
      const question = { questionType: 'single_choice', practical: false, difficulty: 'easy' } as const;
      await world.others.publish(answerSubmitted, { ...rest, ...question, userId, isCorrect, statVersion: 1, statsEpoch: null });
    }
    expect(await crash.died({ timeoutMs: 60_000 })).toMatchObject({ point });
    const scored = 'select sum(total_questions)::integer as total, sum(correct_answers)::integer as correct from mode_scores';
    await expect.poll(async () => (await world.database.query(scored)).rows, { timeout: 60_000 }).toEqual([{ total: 60, correct: 45 }]);
    await world.settled();
    expect((await world.database.query(scored)).rows).toEqual([{ total: 60, correct: 45 }]);
  },
);

test('SIGTERM drains and says so', async () => {
  const running = (await startMortal()) as Instance & { readonly program: { output(): string } };
  await running.program.stop();
  expect(running.program.output()).toMatch(/"event":"service\.drained","drained":true/);
});

test('times are those of the rows wherever the program runs', async () => {
  await world.database.query(`insert into leaderboards values (9, 1, 2, 3, 4, 1, '2026-07-01 12:00:00.25')`);
  await world.start({ nodeArguments: [], environment: { TZ: 'Asia/Kolkata', PGTZ: 'America/New_York' } });
  expect((await world.ask('/api/leaderboard/mode/9')).body).toMatchObject([
    { achieved_at: '2026-07-01T12:00:00.250Z' },
    {},
    {},
    {},
    {},
    {},
  ]);
  await world.post([9, 3, 1]);
  const { rows } = await world.database.query(
    `select from leaderboards where abs(extract(epoch from achieved_at - now() at time zone 'UTC')) < 60`,
  );
  expect(rows).toHaveLength(2);
});

test('settings that are missing or wrong are named together', async () => {
  const environment = { DATABASE_URL: 'mysql://x', GUEST_USER_ID: '0', FLAGS: 'leaderboard.all' };
  await expect(world.start({ nodeArguments: [], environment })).rejects.toThrow(
    /3 of the settings cannot be used: DATABASE_URL is not a postgres or postgresql URL; GUEST_USER_ID is not between 1 and 2147483647; FLAGS may only name leaderboard\./,
  );
});
