import { killProcess } from '@banyan/proof';
import { achievementChecked, answerSubmitted } from '@node-learn/contracts';
import { expect, test, vi } from 'vitest';
import { useQuizWorld } from '../testing/quiz-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const world = useQuizWorld();
const right = { userId: 2, questionId: 1, isCorrect: true };
const badge = { id: 1, title: 'First Steps', description: 'First', sprite_col: 0, sprite_row: 0 };
const check = '/api/achievements/check';
const soon = { timeout: 60_000 };

/** As a program of its own, not in the process of the test. */
const program = { nodeArguments: [] };

const checks = () => world.neighbours.asked.filter((path) => path === check).length;
const left = async () => (await world.database.query('select asked_owner from unchecked_answers')).rows;
const late = { status: 201, body: { awardedAchievements: [] } };

/** As achievement does when it has checked the first answer that it was told of. */
async function tellChecked(): Promise<void> {
  const { id, correlationid, data } = world.others.heard[0]!;
  const { userId, questionId } = answerSubmitted.data.parse(data);
  await world.others.publish(achievementChecked, { answerEventId: id, correlationId: correlationid, userId, questionId, awarded: [badge] });
}

test('an answer on its way to achievement when badges go back to the monolith is checked there, once', async () => {
  world.neighbours.answer(check, () => [201, { awardedAchievements: [badge] }]);
  await world.own('achievement', 'achievement');
  await world.start(program);
  const answer = world.record(right);
  await expect.poll(() => world.others.heard).toHaveLength(1);
  await world.own('achievement', 'monolith');
  expect(await answer).toMatchObject(late);
  await expect.poll(checks, soon).toBe(1);
  await expect.poll(left, soon).toEqual([]);
  expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
});

test('while achievement is away it is asked in vain; the monolith is when it gets the badges back, by whichever instance then runs', async () => {
  world.neighbours.answer(check, () => [503, {}]);
  await world.own('achievement', 'achievement');
  const { program: first } = await world.start(program);
  expect(await world.record(right)).toMatchObject(late);
  await expect.poll(checks, soon).toBeGreaterThan(0);
  expect(await left()).toEqual([{ asked_owner: null }]);
  await killProcess(first.pid);
  world.neighbours.answer(check, () => [201, { awardedAchievements: [badge] }]);
  await world.own('achievement', 'monolith');
  await world.start(program);
  await expect.poll(left, soon).toEqual([]);
  expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
});

test('a check that comes late is known to have been made: nobody is asked for it any more', async () => {
  world.neighbours.answer(check, () => [201, { awardedAchievements: [] }]);
  await world.own('achievement', 'achievement');
  await world.start();
  expect(await world.record(right)).toMatchObject(late);
  // Achievement is asked once; that says nothing of whether it has been told of the answer.
  await expect.poll(left, soon).toEqual([{ asked_owner: 'achievement' }]);
  await tellChecked();
  await expect.poll(left, soon).toEqual([]);
  expect(checks()).toBe(1);
  await world.own('achievement', 'monolith');
  await world.record({ ...right, userId: 3 });
  expect(checks()).toBe(2);
});

test('what the monolith could not be asked for before achievement owned badges is asked of achievement', async () => {
  world.neighbours.answer(check, () => [503, {}]);
  await world.start();
  expect(await world.record(right)).toMatchObject(late);
  await world.own('achievement', 'achievement');
  world.neighbours.answer(check, () => [201, { awardedAchievements: [badge] }]);
  await expect.poll(left, soon).toEqual([{ asked_owner: 'achievement' }]);
});
