import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProblems } from '@banyan/contract';
import { armCrash } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { checkBadges } from '@node-learn/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningAchievement, startAchievement } from './testing/programs.ts';
import { awardsOf, defineBadges } from './testing/rows.ts';

let database: TestDatabase;
let broker: TestDatabase;
let achievement: RunningAchievement;

beforeAll(async () => {
  [database, broker] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  achievement = await startAchievement({ database, broker });
  await defineBadges(database);
  await database.query(`insert into question_refs values (1, 'single_choice', 'easy', false), (2, 'text_input', 'hard', true)`);
});
afterAll(async () => {
  await achievement.program.stop();
  await database.close();
  await broker.close();
});
beforeEach(async () => {
  await database.query('truncate user_achievements, answer_refs restart identity');
  await database.query('insert into answer_refs values (7, 1, 3, 1, 5)');
});

async function check(body: unknown, port = achievement.port) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/achievements/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const told = (await answer.json()) as { awardedAchievements?: { id: number }[] };
  return { status: answer.status, headers: answer.headers, body: told, ids: told.awardedAchievements?.map(({ id }) => id) };
}

const answered = { userId: 7, questionId: 1, isCorrect: true };
/** One of the two questions: a first single, all easy, all theoretical, all singles, and redemption. */
const earned = [1, 4, 5, 16, 17];
const held = earned.map((id) => `7 has ${id}`);

test('twenty checks of one user at once give each badge once, and tell of it once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => check(answered)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(answers.flatMap(({ ids }) => ids).toSorted((a, b) => a! - b!)).toEqual(earned);
  expect(await awardsOf(database)).toEqual(held);
});

test('the badges of a check reach the broker, as of no answer', async () => {
  await check({ ...answered, userId: 7 });
  const told = async () =>
    (
      await broker.query(
        `select payload ->> 'title' as title, payload -> 'answerEventId' as answer from banyan.events where aggregate_id = '7'`,
      )
    ).rows;
  await expect.poll(told).toEqual(expect.arrayContaining(earned.map((id) => ({ title: `Badge ${id}`, answer: null }))));
});

test('a check adds nothing to the counts it reads', async () => {
  const counts = async () => (await database.query('select * from answer_refs')).rows;
  const before = await counts();
  await check(answered);
  await check({ ...answered, questionId: 2 });
  expect(await counts()).toEqual(before);
});

test('behind a fence it answers 503 with Retry-After when there is something to give, and gives it when the fence is gone', async () => {
  await database.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'user_achievements is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on user_achievements for each statement execute function refuse_write()`);
  const refused = await check(answered);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(findProblems(checkBadges, refused)).toEqual([]);
  expect(achievement.program.output()).toContain('"event":"achievement.write.refused"');
  expect(await check({ ...answered, userId: 8 })).toMatchObject({ status: 201, ids: [] });
  expect(await awardsOf(database)).toEqual([]);
  await database.query('drop trigger fence on user_achievements');
  expect(await check(answered)).toMatchObject({ status: 201, ids: earned });
});

test('flag achievements.progressTotals: badge 9 shows the ten that it takes', async () => {
  const labelOf = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/achievements/user/7`);
    return ((await answer.json()) as { id: number; progress: { label: string } }[]).find(({ id }) => id === 9)?.progress.label;
  };
  const corrected = await startAchievement({ database, broker }, { environment: { FLAGS: 'achievements.progressTotals' } });
  expect([await labelOf(achievement.port), await labelOf(corrected.port)]).toEqual(['3 / 100 correct answers', '3 / 10 correct answers']);
  await corrected.program.stop();
});

test('times are those of the rows wherever the program runs', async () => {
  await database.query(`insert into user_achievements (user_id, achievement_id, unlocked_at) values (9, 1, '2026-07-01 12:00:00.25')`);
  const far = await startAchievement({ database, broker }, { environment: { TZ: 'Asia/Kolkata', PGTZ: 'America/New_York' } });
  const answer = await fetch(`http://127.0.0.1:${far.port}/api/achievements/user/9`);
  expect(await answer.text()).toContain('"unlocked":true,"unlocked_at":"2026-07-01T12:00:00.250Z"');
  await check({ ...answered, userId: 7 }, far.port);
  const { rows } = await database.query(
    `select from user_achievements where user_id = 7 and abs(extract(epoch from unlocked_at - now() at time zone 'UTC')) < 60`,
  );
  expect(rows).toHaveLength(earned.length);
  await far.program.stop();
});

test('connections that ended are replaced without a failed answer, and nobody learns what failed', async () => {
  await check(answered);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'achievement'`,
  );
  expect((await fetch(`http://127.0.0.1:${achievement.port}/api/achievements/user/7`)).status).toBe(200);
  expect((await fetch(`${achievement.internalUrl}/health/ready`)).status).toBe(200);
  const refused = await fetch(`http://127.0.0.1:${achievement.port}/api/achievements/user/abc`);
  expect(await refused.text()).toBe('{"statusCode":500,"message":"Internal server error"}');
});

describe('killed in a check', () => {
  const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

  test.each([
    ['achievement.check.before-award', 0],
    ['achievement.check.awarded', 0],
    ['achievement.check.before-answer', earned.length],
  ])('at %s: all badges of it or none, and all after the next', async (point, kept) => {
    const folder = mkdtempSync(join(tmpdir(), 'achievement-crash-'));
    const file = join(folder, 'point');
    const dying = await startAchievement(
      { database, broker },
      { nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } },
    );
    const crash = armCrash(file, point);
    await expect(check(answered, dying.port)).rejects.toThrow('fetch failed');
    expect(await crash.died()).toMatchObject({ point, pid: dying.program.pid });
    expect(await awardsOf(database)).toHaveLength(kept);
    expect((await check(answered)).status).toBe(201);
    expect(await awardsOf(database)).toEqual(held);
    rmSync(folder, { recursive: true });
  });
});

test('SIGTERM drains and says so', async () => {
  const other = await startAchievement({ database, broker });
  await other.program.stop();
  expect(other.program.output()).toMatch(/"event":"service\.drained","drained":true/);
});

test('settings that are missing or wrong are named together', async () => {
  const environment = { GUEST_USER_ID: '0', FLAGS: 'achievements.all' };
  await expect(startAchievement({ database: { url: 'mysql://x' }, broker }, { environment })).rejects.toThrow(
    /3 of the settings cannot be used: DATABASE_URL is not a postgres or postgresql URL; GUEST_USER_ID is not between 1 and 2147483647; FLAGS may only name achievements\.progressTotals/,
  );
});
