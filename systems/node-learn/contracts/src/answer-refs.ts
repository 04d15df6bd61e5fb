/** What the quiz service answers other services that keep a copy of its counts: GET /internal/stats. */
import { z } from 'zod';
import { counts } from './events/fields.ts';
import { idSchema } from './ids.ts';
import { snapshotOf } from './snapshots.ts';

const { correctCount, incorrectCount, statsEpoch } = counts;

/** All results of one user, by rising question, those that are 0 and 0 left out; `statsEpoch` as in `answer.submitted`. */
export const answersOfUser = z.object({
  statsEpoch,
  answers: z.array(z.object({ questionId: idSchema(), correctCount, incorrectCount })),
});

/** `sequence` is the number of the user's last event that is in it, "0" before the first. */
const answerRef = z.object({ key: idSchema(), sequence: idSchema(), data: answersOfUser });

/** Every user with results. */
export const answerRefs = snapshotOf(answerRef);

export type AnswersOfUser = z.output<typeof answersOfUser>;
