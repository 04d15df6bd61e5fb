// A19 to A26: which answer earns which badge, and in whose response it shows.
import { checkEqual, checkThat } from '@banyan/proof';
import { type Badge, type BadgeState, multipleChoice, type Question, singleChoice, textInput } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Actor, type Learner, type Stage } from '../stage.ts';

/** Mastery counts every question of a class: while it is being reached, nobody else may create or delete one. */
const wholeBank = 'mastery badges count the whole question bank';

export const badges = [
  scenario('A19', 'the first right single choice shows badge 1 in this very response, and never again', async (stage) => {
    const learner = await stage.learner();
    const { id } = await stage.question(singleChoice());
    const [badge, ...more] = await stage.record(learner, id, true);
    const { description, ...rest } = badge ?? { description: '' };
    checkEqual([rest, more], [{ id: 1, title: 'First Steps', sprite_col: 0, sprite_row: 0 }, []], 'awarded');
    checkThat(description.length > 0, 'a badge has a description');
    checkEqual(await stage.record(learner, id, true), [], 'awarded the second time');
  }),

  scenario('A20', 'wrong, then right: badge 5 in the second response', async (stage) => {
    const learner = await stage.learner();
    const { id } = await stage.question(textInput());
    checkEqual(await stage.record(learner, id, false), [], 'awarded for a wrong answer');
    checkEqual(idsOf(await stage.record(learner, id, true)), [3, 5], 'awarded for the right one');
  }),

  scenario(
    'A21',
    'the last practical question that is also the last hard one brings 15 and 20 together, in id order',
    async (stage) => {
      const learner = await stage.learner();
      const last = await stage.question(singleChoice({ practical: true, difficulty: 'hard' }));
      const before = await answerAll(
        stage,
        learner,
        (question) => (question.practical || question.difficulty === 'hard') && question.id !== last.id,
      );
      checkThat(!before.includes(15) && !before.includes(20), 'not before the last', before);
      checkEqual(inOrder(await stage.record(learner, last.id, true), [15, 20]), [15, 20], 'awarded with the last');
    },
    { exclusive: wholeBank },
  ),

  scenario(
    'A22',
    'the third mastery badge brings badge 50 in the same response',
    async (stage) => {
      const learner = await stage.learner();
      const last = await stage.question(singleChoice({ difficulty: 'easy' }));
      await stage.target.control.sql(
        'user_achievements',
        'insert into user_achievements (user_id, achievement_id) values ($1, 10), ($1, 16)',
        [learner.id],
      );
      const before = await answerAll(stage, learner, (question) => question.difficulty === 'easy' && question.id !== last.id);
      checkThat(!before.includes(4) && !before.includes(50), 'not before the last', before);
      checkEqual(inOrder(await stage.record(learner, last.id, true), [4, 50]), [4, 50], 'awarded with the last');
    },
    { exclusive: wholeBank },
  ),

  scenario(
    'A23',
    'an inactive easy question stands between the learner and badge 4, until it is deleted',
    async (stage) => {
      const learner = await stage.learner();
      const hidden = await stage.question(singleChoice({ difficulty: 'easy', isActive: false }));
      const next = await stage.question(singleChoice({ difficulty: 'medium' }));
      const earned = await answerAll(stage, learner, (question) => question.difficulty === 'easy' && question.id !== hidden.id);
      checkThat(!earned.includes(4), 'no badge 4 while one easy question is left', earned);
      const { token } = await stage.admin();
      checkEqual((await stage.client.request('DELETE', `/api/admin/questions/${hidden.id}`, { token })).status, 200, 'delete');
      await stage.refsSettled(hidden.id, false);
      checkThat(!(await unlocked(stage, learner)).includes(4), 'the delete itself awards nothing');
      checkThat(idsOf(await stage.record(learner, next.id, true)).includes(4), 'the next right answer brings badge 4');
    },
    { exclusive: wholeBank },
  ),

  scenario('A24', 'repeats count for totals only: ten times the same brings 9, not 6', async (stage) => {
    const learner = await stage.learner();
    const { id } = await stage.question(singleChoice());
    const earned: number[] = [];
    for (let time = 1; time <= 10; time += 1) earned.push(...idsOf(await stage.record(learner, id, true)));
    checkEqual(earned, [1, 9], 'badges earned by ten right answers to one question');
  }),

  scenario('A25', 'nine multiple choices show 9 of 25 for badge 7, which unlocks at the tenth', async (stage) => {
    const learner = await stage.learner();
    const questions = await Promise.all(Array.from({ length: 10 }, () => stage.question(multipleChoice())));
    for (const { id } of questions.slice(0, 9)) await stage.record(learner, id, true);
    const badge = (await states(stage, learner)).find(({ id }) => id === 7);
    const total = stage.target.flags.has('achievements.progressTotals') ? 10 : 25;
    checkEqual(
      [badge?.unlocked, badge?.progress],
      [false, { current: 9, total, label: `9 / ${total} multiple choice` }],
      'badge 7 after nine',
    );
    checkThat(idsOf(await stage.record(learner, questions[9]!.id, true)).includes(7), 'badge 7 at the tenth');
    const after = (await states(stage, learner)).find(({ id }) => id === 7);
    checkEqual([after?.unlocked, typeof after?.unlocked_at, after?.progress], [true, 'string', undefined], 'badge 7 when unlocked');
  }),

  scenario('A26', 'the check route answers 201 and nothing for a user or question nobody knows', async (stage) => {
    const nobody = 2_000_000_000;
    for (const body of [{ userId: nobody, questionId: 1, isCorrect: true }, { userId: 1, questionId: nobody, isCorrect: false }, {}]) {
      const answer = await stage.client.post('/api/achievements/check', body);
      checkEqual(answer.status, 201, `check ${JSON.stringify(body)}: ${answer.text}`);
      if (body.userId === nobody) checkEqual(answer.json(), { awardedAchievements: [] }, 'awarded to nobody');
    }
  }),
];

export function idsOf(awarded: readonly Badge[]): number[] {
  return awarded.map(({ id }) => id);
}

/** Those of `wanted` that were awarded, in the order they came; other badges may fall due in the same answer, in id order. */
function inOrder(awarded: readonly Badge[], wanted: readonly number[]): number[] {
  const ids = idsOf(awarded);
  checkEqual(
    ids,
    [...ids].sort((a, b) => a - b),
    'awarded in id order',
  );
  return ids.filter((id) => wanted.includes(id));
}

const answersAtOnce = 4;

/** Answers right every question of the bank that matches, a few at a time; the badges earned on the way. */
async function answerAll(stage: Stage, learner: Learner, matches: (question: Question) => boolean): Promise<number[]> {
  const bank = ((await stage.ok('/api/admin/questions', (await stage.admin()).token)) as Question[]).filter(matches);
  const earned: number[] = [];
  await Promise.all(
    Array.from({ length: answersAtOnce }, async () => {
      for (let next = bank.pop(); next !== undefined; next = bank.pop()) earned.push(...idsOf(await stage.record(learner, next.id, true)));
    }),
  );
  return earned;
}

async function states(stage: Stage, learner: Actor): Promise<BadgeState[]> {
  return (await stage.ok(`/api/achievements/user/${learner.id}`, learner.token)) as BadgeState[];
}

export async function unlocked(stage: Stage, learner: Actor): Promise<number[]> {
  return (await states(stage, learner)).filter((badge) => badge.unlocked).map(({ id }) => id);
}
