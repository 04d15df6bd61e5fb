/** Tells the server of answers and results, one after the other: what is told last is what counts on a board. */
import { type AskFailure, toAskFailure } from '@banyan/web/failure';
import type { Api, AwardedBadge } from '../api/routes.ts';
import type { Run, UncountedAnswer } from './run.ts';

export interface CountingPlayer {
  readonly id: number;
  /** Undefined: a guest, whose runs are not posted to boards. */
  readonly name?: string | undefined;
}

export interface Counted {
  readonly keys: readonly string[];
  readonly isBoardUpToDate: boolean;
  readonly awarded: readonly AwardedBadge[];
  /** Of the first that failed. */
  readonly failure?: AskFailure;
}

/** Counts what the run says is uncounted; never throws. */
export async function countRun({ ask }: Api, run: Run, player: CountingPlayer): Promise<Counted> {
  const keys: string[] = [];
  const awarded: AwardedBadge[] = [];
  let failure: AskFailure | undefined;
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failure ??= toAskFailure(error);
    }
  };
  for (const answer of run.uncounted)
    await attempt(async () => {
      const told = await ask('stats.record', { body: recordOf(run, answer, player), idempotencyKey: answer.key });
      keys.push(answer.key);
      awarded.push(...told.awardedAchievements);
    });
  const isPosted = run.isBoardBehind && player.name !== undefined;
  let isBoardUpToDate = !isPosted;
  if (isPosted)
    await attempt(async () => {
      await ask('leaderboard.update', { body: resultOf(run, player) });
      isBoardUpToDate = true;
    });
  return { keys, isBoardUpToDate, awarded, ...(failure === undefined ? {} : { failure }) };
}

function recordOf({ modeId }: Run, { questionId, isCorrect, streak }: UncountedAnswer, { id }: CountingPlayer) {
  return { userId: id, questionId, isCorrect, quizModeId: String(modeId), streak };
}

function resultOf({ modeId, correct, total, streak }: Run, { id, name }: CountingPlayer) {
  return { modeId, userId: id, correctAnswers: correct, totalQuestions: total, streak, username: name };
}
