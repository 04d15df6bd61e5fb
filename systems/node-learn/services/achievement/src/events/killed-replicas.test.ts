import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningAchievement, startAchievement } from '../testing/programs.ts';
import { Publishers } from '../testing/publishers.ts';
import { type PublishingProgram, startPublishing } from '../testing/publishing-program.ts';
import { awardsOf, defineBadges, tellOwner } from '../testing/rows.ts';

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
const folder = mkdtempSync(join(tmpdir(), 'achievement-replicas-'));
const file = join(folder, 'point');
let database: TestDatabase;
let broker: TestDatabase;
let quiz: TestDatabase;
let program: PublishingProgram;
let publishers: Publishers;
let replicas: RunningAchievement[];

const startArmed = () =>
  startAchievement({ database, broker }, { nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });

beforeAll(async () => {
  [database, broker, quiz] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  replicas = await Promise.all([startArmed(), startArmed()]);
  await defineBadges(database);
  await tellOwner(database, 'achievement');
  await database.query('update banyan.projections set filled_at = now()');
  program = await startPublishing(quiz, broker);
  publishers = new Publishers(program);
  for (const questionId of [1, 2]) await publishers.createQuestion({ questionId });
}, 120_000);

afterAll(async () => {
  await program.stop();
  for (const replica of replicas) await replica.program.stop();
  for (const it of [database, broker, quiz]) await it.close();
  rmSync(folder, { recursive: true });
}, 120_000);

interface Told {
  readonly type: string;
  readonly payload: { readonly answerEventId: string; readonly achievementId?: string; readonly awarded?: readonly { id: number }[] };
}

async function toldOf(userId: number): Promise<Told[]> {
  const statement = `select type, payload from banyan.events where service_id = '/node-learn/achievement' and aggregate_id = $1 order by position`;
  return (await broker.query<Told & Record<string, unknown>>(statement, [String(userId)])).rows;
}

const points = [
  'achievement.answer.projected',
  'achievement.check.before-award',
  'achievement.check.awarded',
  'outbox.committed',
  'bus.before-settle',
  'relay.published',
].map((point, index) => [point, 100 + index] as const);

test.each(points)('killed at %s: nothing is lost, nothing is given or told twice', { timeout: 180_000 }, async (point, userId) => {
  const crash = armCrash(file, point);
  const answers = [
    await publishers.answer({ userId, question: { questionId: 1 }, isCorrect: false }),
    await publishers.answer({ userId, question: { questionId: 1 }, isCorrect: true }),
    await publishers.answer({ userId, question: { questionId: 2 }, isCorrect: true }),
  ];
  const death = await crash.died({ timeoutMs: 60_000 });
  expect(death).toMatchObject({ point });
  replicas = replicas.filter((replica) => replica.program.pid !== death?.pid);
  const checked = async () => (await toldOf(userId)).filter(({ type }) => type === 'achievement.checked');
  await expect.poll(async () => (await checked()).length, { timeout: 60_000 }).toBe(3);
  expect((await checked()).map(({ payload }) => [payload.answerEventId, payload.awarded?.map(({ id }) => id)])).toEqual([
    [answers[0]?.id, []],
    [answers[1]?.id, [1, 5]],
    [answers[2]?.id, [4, 16, 17]],
  ]);
  const badges = [1, 4, 5, 16, 17];
  const earned = (await toldOf(userId)).filter(({ type }) => type === 'achievement.earned').map(({ payload }) => payload.achievementId);
  expect(earned.toSorted((a, b) => Number(a) - Number(b))).toEqual(badges.map(String));
  expect((await awardsOf(database)).filter((it) => it.startsWith(`${userId} `))).toEqual(badges.map((id) => `${userId} has ${id}`));
  const counts = await database.query('select question_id, correct_count, incorrect_count from answer_refs where user_id = $1 order by 1', [
    userId,
  ]);
  expect(counts.rows.map((row) => Object.values(row))).toEqual([[1, 1, 1], [2, 1, 0]]); // prettier-ignore
  replicas.push(await startArmed());
});
