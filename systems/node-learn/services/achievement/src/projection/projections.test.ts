import { createRandom } from '@banyan/proof';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scene } from '../testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.start({ isFilled: false });
});
afterEach(() => scene.close());

const projectionNames = ['answer-refs', 'question-refs', 'user-refs'];

async function fill(...names: readonly string[]): Promise<number[]> {
  const filled: number[] = [];
  for (const projection of scene.replicas[0]!.projections) if (names.includes(projection.name)) filled.push((await projection.fill())!);
  return filled;
}

async function compare(withinMs = 10_000) {
  return Object.fromEntries(
    await Promise.all(
      scene.replicas[0]!.projections.map(async (projection) => [projection.name, await projection.compare({ withinMs })] as const),
    ),
  );
}

const alike = (checked: number) => ({ checked, differing: 0, behind: 0, samples: [] });
const singles = (count: number) => Array.from({ length: count }, (_, index) => ({ questionId: index + 1 }));

/** Answers given, told and handled before any copy was filled. */
async function play(userId: number, questions: readonly { questionId: number }[]) {
  for (const question of questions) await scene.publishers.answer({ userId, question, isCorrect: true });
}

test('what was answered before the copy was filled counts: the twenty-fifth single brings its badge', async () => {
  const bank = singles(30);
  for (const question of bank) await scene.publishers.createQuestion(question);
  await play(7, bank.slice(0, 24));
  await scene.settled();
  expect([await scene.counts(), await scene.rows('select from question_refs')]).toEqual([[], []]);
  expect(await fill(...projectionNames)).toEqual([1, 30, 0]);
  await play(7, bank.slice(24, 25));
  await scene.settled();
  expect(scene.checks().at(-1)).toEqual([1, 6, 9, 11]);
  expect(await compare()).toEqual({ 'answer-refs': alike(1), 'question-refs': alike(30), 'user-refs': alike(0) });
});

test('copies that are filled while everything changes end equal to their owners, for every user', { timeout: 120_000 }, async () => {
  const random = createRandom(11);
  const { publishers } = scene;
  const bank = singles(12);
  for (const question of bank) await publishers.createQuestion(question);
  const filling = (async () => {
    for (let times = 0; times < 6; times += 1) await fill(...projectionNames);
  })();
  for (let round = 0; round < 250; round += 1) {
    const userId = random.below(9) + 1;
    if (round % 50 === 20) await publishers.createUser(100 + round);
    if (round === 100) await publishers.deleteQuestion(12);
    if (round === 150) publishers.applyReset(1, '2026-02-03');
    if (round === 170) await publishers.reset(1, '2026-02-03');
    const answer = await publishers.answer({ userId, question: bank[random.below(11)]!, isCorrect: random.chance(0.7) });
    if (random.chance(0.1)) await publishers.rollBack(answer);
  }
  await filling;
  await scene.settled();
  expect(await compare()).toEqual({ 'answer-refs': alike(9), 'question-refs': alike(11), 'user-refs': alike(5) });
});

test('a copy that went wrong is named by user, and mended by filling it again', async () => {
  await fill(...projectionNames);
  for (const userId of [7, 8, 9]) await play(userId, singles(2));
  await scene.settled();
  await scene.database.query(`update answer_refs set correct_count = 2 where user_id = 7 and question_id = 1;
    delete from answer_refs where user_id = 8; update question_refs set practical = true where id = 2; delete from user_refs`);
  for (const question of singles(2)) await scene.publishers.createQuestion(question);
  await scene.publishers.createUser(1);
  await scene.settled();
  await scene.database.query('update question_refs set practical = true where id = 2');
  expect(await compare(500)).toMatchObject({
    'answer-refs': { checked: 3, differing: 2, samples: [{ key: '7', what: 'at event 2 these fields differ: answers' }, { key: '8' }] },
    'question-refs': { checked: 2, differing: 1, samples: [{ key: '2', what: 'at event 1 these fields differ: practical' }] },
    'user-refs': alike(1),
  });
  await fill(...projectionNames);
  expect(await compare()).toEqual({ 'answer-refs': alike(3), 'question-refs': alike(2), 'user-refs': alike(1) });
});

test('a reset that quiz has not applied yet is not undone by its snapshot', async () => {
  await fill(...projectionNames);
  await play(1, singles(2));
  await scene.publishers.reset(1, '2026-02-03');
  await scene.settled();
  await fill('answer-refs');
  expect(await scene.counts()).toEqual([]);
  scene.publishers.applyReset(1, '2026-02-03');
  await play(1, singles(1));
  await scene.settled();
  expect([await scene.counts(), await scene.replicas[0]!.projections[0]!.compare()]).toEqual([['1/1 1-0'], alike(1)]);
});

test('a reset that only the snapshot tells is applied, and its event then removes nothing', async () => {
  await fill(...projectionNames);
  await play(1, singles(2));
  await scene.settled();
  scene.publishers.applyReset(1, '2026-02-03');
  await scene.database.query('update banyan.projections set filled_at = null');
  await play(1, singles(1));
  await scene.settled();
  await fill('answer-refs');
  expect([await scene.counts(), await scene.rows('select from user_achievements')]).toEqual([['1/1 1-0'], []]);
  await scene.publishers.reset(1, '2026-02-03');
  await scene.settled();
  expect(await scene.counts()).toEqual(['1/1 1-0']);
});
