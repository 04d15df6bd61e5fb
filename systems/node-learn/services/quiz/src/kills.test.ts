import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { useQuizWorld } from './testing/quiz-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const world = useQuizWorld();
const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
const right = { userId: 2, questionId: 1, isCorrect: true };
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quiz-crash-'));
  await world.own('achievement', 'achievement');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Answers once, in a program that dies at the point, and has another one end what is left. */
async function killAt(point: string): Promise<void> {
  const file = join(folder, 'point');
  await world.start({ nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file, CHECK_WITHIN_MS: '120000' } });
  const crash = armCrash(file, point);
  await expect(world.record(right)).rejects.toThrow('fetch failed');
  expect(await crash.died()).toMatchObject({ point, pid: world.quiz.program.pid });
  await world.start();
  const open = "select state from banyan.sagas where state not in ('completed', 'compensated')";
  await expect.poll(async () => (await world.database.query(open)).rows, { timeout: 60_000 }).toEqual([]);
  await expect.poll(async () => (await world.database.query('select from banyan.outbox')).rowCount, { timeout: 60_000 }).toBe(0);
}

const ofTakingBack = ['quiz.answer.taken-back', 'saga.undone'];
/** Its own, and those of the packages at which something is left to be found: a wait, an event, an outbox. */
const ofRecording = [...crashPoints, 'saga.waiting', 'saga.event-kept', 'outbox.committed'].filter(
  (point) => !ofTakingBack.includes(point),
);

describe('killed while an answer is recorded', () => {
  test.each(ofRecording)('at %s: it is counted once and told once, and its saga ends', async (point) => {
    world.others.check(() => []);
    await killAt(point);
    expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
    await expect.poll(() => new Set(world.others.heard.map(({ id }) => id)).size, { timeout: 60_000 }).toBe(1);
    expect(world.others.heard[0]).toMatchObject({ type: 'answer.submitted', data: { correctCount: 1 } });
  });
});

describe('killed while an answer is taken back', () => {
  test.each(ofTakingBack)('at %s: it is taken back once, and told so once', async (point) => {
    world.others.check(() => 'failed');
    await killAt(point);
    expect(await world.counts()).toEqual([]);
    const types = () => [...new Map(world.others.heard.map(({ id, type }) => [id, type])).values()];
    await expect.poll(types, { timeout: 60_000 }).toEqual(['answer.submitted', 'answer.rolled_back', 'answer_submission.failed']);
  });
});
