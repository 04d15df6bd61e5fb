// A37: one learner, from the sign-in to the board, everything seen by the learner's own token.
import { randomUUID } from 'node:crypto';
import { checkEqual, checkThat, eventually, isMoved, typesOfTrace, unfitWithoutBroker } from '@banyan/proof';
import { type Question } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Learner, type Stage } from '../stage.ts';
import { idsOf, unlocked } from './badges.ts';

/** Players of the live traffic need not be beaten: the learner's own row is looked for, the board of a real mode may be full. */
const unbeatable = 1_000_000;

const trailTimeoutMs = 10_000;

export const journey = [
  scenario('A37', 'sign in, play twelve questions of mode 9, earn badges, stand on the board', play, {
    unfit: unfitWithoutBroker('user_question_stats'),
  }),
];

async function play(stage: Stage): Promise<void> {
  const learner = await stage.learner();
  const modes = (await stage.ok('/api/quiz/modes')) as { id: number; filters: object }[];
  checkEqual(modes.find(({ id }) => id === 9)?.filters, {}, 'filters of mode 9');
  // The oldest questions: nobody deletes them while the scenario plays.
  const questions = ((await stage.ok('/api/questions')) as Question[]).sort((one, other) => one.id - other.id).slice(0, 12);
  checkEqual(questions.length, 12, 'questions to play');
  const earned: number[] = [];
  const trails: Trail[] = [];
  for (const [index, { id }] of questions.entries()) {
    const [correlationId, boardPost] = [randomUUID(), randomUUID()];
    const [revealed, , awarded] = await Promise.all([
      stage.ok(`/api/answers/${id}`, learner.token),
      stage.post(9, learner, [unbeatable + index, unbeatable + index, index], boardPost),
      stage.record(learner, id, index !== 3, correlationId),
    ]);
    checkEqual((revealed as { questionId: number }).questionId, id, 'answer revealed');
    earned.push(...idsOf(awarded));
    trails.push({ correlationId, boardPost, badges: awarded.length });
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
  await checkBoard(stage, learner);
  for (const trail of trails) await checkTrail(stage, trail);
  for (const trail of trails) await checkBoardPost(stage, trail);
}

async function checkBoard(stage: Stage, learner: Learner): Promise<void> {
  const row = (await stage.board(9, learner)).find(({ user_id }) => user_id === learner.id);
  if (row === undefined && stage.target.defects.has('D8')) return; // posts of others at the same moment may lose a row
  checkEqual([row?.username, row?.correct_answers], [learner.name, unbeatable + 11], 'the learner on the board');
}

interface Trail {
  readonly correlationId: string;
  /** The correlation id of the run that was posted with the answer. */
  readonly boardPost: string;
  readonly badges: number;
}

/** Each run is better than the one before, so each changes at least the learner's own place. */
async function checkBoardPost({ target }: Stage, { boardPost }: Trail): Promise<void> {
  if (!isMoved(target, 'leaderboards')) return;
  await eventually(
    async () => checkEqual([...new Set(await typesOfTrace(target, boardPost))], ['leaderboard.entry.updated'], `events of ${boardPost}`),
    { timeoutMs: trailTimeoutMs },
  );
}

/** One correlation id shows what became of one answer: the saga that recorded it, and each event that followed. */
async function checkTrail({ target }: Stage, { correlationId, badges }: Trail): Promise<void> {
  if (!isMoved(target, 'user_question_stats')) return;
  const ofBadges = [...Array<string>(badges).fill('achievement.earned'), 'achievement.checked'];
  const expected = ['answer.submitted', ...(isMoved(target, 'user_achievements') ? ofBadges : [])];
  await eventually(async () => checkEqual(await typesOfTrace(target, correlationId), expected, `events of ${correlationId}`), {
    timeoutMs: trailTimeoutMs,
  });
  const steps = await target.control.sql<{ step: string }>(
    'user_question_stats',
    `select s.step from banyan.saga_steps s join banyan.sagas a on a.id = s.saga where a.correlation_id = $1 and s.kind = 'done' order by s.number`,
    [correlationId],
  );
  checkEqual(steps[0], { step: 'record' }, `first step of the saga of ${correlationId}`);
}
