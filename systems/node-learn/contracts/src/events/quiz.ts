/** What quiz publishes: answers given, taken back, and those that could not be kept. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { difficulty, questionType } from '../questions.ts';
import { counts, id, ofAnswer, time } from './fields.ts';

export const answerSubmitted = event({
  type: 'answer.submitted',
  version: 1,
  summary: 'A user has answered a question, and the answer is counted',
  key: 'userId',
  data: z.object({
    userId: id(),
    questionId: id(),
    isCorrect: z.boolean(),
    streak: z.int().nullable(),
    quizModeId: id().nullable(),
    timestamp: time(),
    ...counts,
    questionType,
    practical: z.boolean(),
    difficulty,
  }),
});

export const answerRolledBack = event({
  type: 'answer.rolled_back',
  version: 1,
  summary: 'An answer has been taken back; the counts are those without it',
  key: 'userId',
  data: z.object({ userId: id(), questionId: id(), answerEventId: ofAnswer.answerEventId, ...counts, reason: z.string() }),
});

export const answerSubmissionFailed = event({
  type: 'answer_submission.failed',
  version: 1,
  summary: 'Recording an answer has failed, and what it had done is undone',
  key: 'userId',
  data: z.object({ correlationId: ofAnswer.correlationId, userId: id(), questionId: id(), error: z.string(), step: z.string() }),
});
