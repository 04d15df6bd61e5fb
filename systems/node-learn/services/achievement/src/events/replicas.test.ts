import { createRandom } from '@banyan/proof';
import { achievementChecked } from '@node-learn/contracts';
import { expect, test } from 'vitest';
import type { AskedQuestion } from '../testing/publishers.ts';
import { awardsOf } from '../testing/rows.ts';
import { Learner, question as ofClass, type TestQuestion } from '../testing/standings.ts';
import { Scene } from '../testing/scene.ts';

const types = ['single_choice', 'multiple_choice', 'text_input'] as const;
const difficulties = ['easy', 'medium', 'hard'] as const;
const bank: readonly AskedQuestion[] = Array.from({ length: 36 }, (_, index) => ({
  questionId: index + 1,
  questionType: types[index % 3]!,
  difficulty: difficulties[Math.floor(index / 3) % 3]!,
  practical: index % 4 === 0,
}));
const classes = new Map<AskedQuestion, TestQuestion>(bank.map((it) => [it, ofClass(it as Partial<TestQuestion>)]));

/** Answers of several users, mixed; and by user what each brings when they are counted one after another, as the rules alone say. */
function histories(seed: number, { users, answers }: { users: number; answers: number }) {
  const random = createRandom(seed);
  const learners = Array.from({ length: users }, () => new Learner([...classes.values()]));
  return Array.from({ length: answers }, () => {
    const user = random.below(users) + 1;
    const question = random.pick(bank);
    const isCorrect = random.chance(0.8);
    const learner = learners[user - 1]!;
    if (!isCorrect) learner.answerWrong(classes.get(question)!);
    const brings = isCorrect ? (learner.answerRight([classes.get(question)!])[1] ?? []) : [];
    return { user, question, isCorrect, brings };
  });
}

const sceneOf = async (options: { replicas: number; brokers: number }) => {
  const scene = await Scene.start(options);
  for (const question of bank) await scene.publishers.createQuestion(question);
  await scene.settled();
  return scene;
};

test.each([
  ['two replicas of one group', { replicas: 2, brokers: 1 }],
  ['two replicas that each get every event', { replicas: 1, brokers: 2 }],
  ['two of each', { replicas: 2, brokers: 2 }],
])(
  '%s: every answer is checked once, and every badge given and told once, in the right answer',
  { timeout: 120_000 },
  async (_name, options) => {
    const scene = await sceneOf(options);
    const played = histories(7, { users: 6, answers: 300 });
    const expected = new Map<string, number[]>();
    for (const { user, question, isCorrect, brings } of played) {
      const answer = await scene.publishers.answer({ userId: user, question, isCorrect });
      expected.set(answer.id, brings);
    }
    await scene.settled();
    const checked = scene.told(achievementChecked).map(({ data }) => [data.answerEventId, data.awarded.map(({ id }) => id)] as const);
    expect(checked).toHaveLength(played.length);
    expect(new Map(checked)).toEqual(expected);
    const held = await awardsOf(scene.database);
    expect(scene.earned().toSorted()).toEqual(held.toSorted());
    expect(held.length).toBe([...expected.values()].flat().length);
    await scene.close();
  },
);

test(
  'answers among resets, undos and deletions, each told to both replicas: copies end equal to their owners',
  { timeout: 120_000 },
  async () => {
    const scene = await sceneOf({ replicas: 1, brokers: 2 });
    const { publishers } = scene;
    for (let userId = 1; userId <= 6; userId += 1) await publishers.createUser(userId);
    const random = createRandom(3);
    const given = new Set<string>();
    const todo = [...bank];
    for (let round = 0; round < 300; round += 1) {
      // Of these, quiz, question, auth and maintenance know no order between each other, and neither do their consumers.
      if (round % 60 === 30) await publishers.deleteQuestion(todo.pop()!.questionId);
      if (round === 100) publishers.applyReset(1, '2026-02-03');
      if (round === 101) await publishers.reset(1, '2026-02-03');
      if (round === 200) await publishers.reset(1, '2026-02-04');
      if (round === 201) publishers.applyReset(1, '2026-02-04');
      if (round === 250) await publishers.deleteUser(6);
      const userId = random.below(round < 250 ? 6 : 5) + 1;
      const answer = await publishers.answer({ userId, question: random.pick(todo), isCorrect: random.chance(0.8) });
      given.add(answer.id);
      if (random.chance(0.05)) await publishers.rollBack(answer);
    }
    await scene.settled();
    expect(new Set(scene.told(achievementChecked).map(({ data }) => data.answerEventId))).toEqual(given);
    expect(scene.told(achievementChecked)).toHaveLength(given.size);
    for (const projection of scene.replicas[0]!.projections)
      expect(await projection.compare()).toMatchObject({ differing: 0, samples: [] });
    const held = (await awardsOf(scene.database)).filter((award) => !award.startsWith('1 '));
    expect(
      scene
        .earned()
        .filter((award) => !/^[16] /.test(award))
        .toSorted(),
    ).toEqual(held.toSorted());
    await scene.close();
  },
);

test('replicas that share no group each check every answer: what counts the outcomes here would tell', { timeout: 60_000 }, async () => {
  const scene = await Scene.start({ replicas: 2, groups: ['achievement', 'achievement-too'] });
  await scene.publishers.answer({ userId: 7, question: bank[0]!, isCorrect: true });
  await scene.settled();
  expect(scene.told(achievementChecked)).toHaveLength(2);
  await scene.close();
});
