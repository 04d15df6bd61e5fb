// A37: one learner, from the sign-in to the board, everything seen by the learner's own token.
import { checkEqual, checkThat } from '@banyan/proof';
import { type Question } from '../bodies.ts';
import { scenario } from '../define.ts';
import { idsOf, unlocked } from './badges.ts';

/** Players of the live traffic need not be beaten: the learner's own row is looked for, the board of a real mode may be full. */
const unbeatable = 1_000_000;

export const journey = [
  scenario('A37', 'sign in, play twelve questions of mode 9, earn badges, stand on the board', async (stage) => {
    const learner = await stage.learner();
    const modes = (await stage.ok('/api/quiz/modes')) as { id: number; filters: object }[];
    checkEqual(modes.find(({ id }) => id === 9)?.filters, {}, 'filters of mode 9');
    // The oldest questions: nobody deletes them while the scenario plays.
    const questions = ((await stage.ok('/api/questions')) as Question[]).sort((one, other) => one.id - other.id).slice(0, 12);
    checkEqual(questions.length, 12, 'questions to play');
    const earned: number[] = [];
    for (const [index, { id }] of questions.entries()) {
      const [revealed, , awarded] = await Promise.all([
        stage.ok(`/api/answers/${id}`, learner.token),
        stage.post(9, learner, [unbeatable + index, unbeatable + index, index]),
        stage.record(learner, id, index !== 3),
      ]);
      checkEqual((revealed as { questionId: number }).questionId, id, 'answer revealed');
      earned.push(...idsOf(awarded));
    }
    const stats = await stage.stats(learner.id, learner.token);
    checkEqual(stats.overall, { totalCorrect: 11, totalIncorrect: 1, totalAttempts: 12, overallAccuracy: '91.67' }, 'totals');
    checkEqual(await stage.wrongQuestions(learner.id, learner.token), [questions[3]!.id], 'wrong list');
    checkThat(earned.includes(9), 'badge 9 for ten right answers', earned);
    checkEqual(
      await unlocked(stage, learner),
      earned.sort((a, b) => a - b),
      'badges shown are the badges announced',
    );
    await checkBoard();

    async function checkBoard(): Promise<void> {
      const row = (await stage.board(9)).find(({ user_id }) => user_id === learner.id);
      if (row === undefined && stage.target.defects.has('D8')) return; // posts of others at the same moment may lose a row
      checkEqual([row?.username, row?.correct_answers], [learner.name, unbeatable + 11], 'the learner on the board');
    }
  }),
];
