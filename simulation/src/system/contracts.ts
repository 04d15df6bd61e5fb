/** The events of the simulated system: answers that are recorded, checked and counted, and questions that others copy. */
import { event } from '@banyan/contract';
import { z } from 'zod';

const answer = z.object({ answer: z.string() });

export const answerRecorded = event({ type: 'answer.recorded', version: 1, summary: 'An answer was given.', key: 'answer', data: answer });
export const answerWithdrawn = event({
  type: 'answer.withdrawn',
  version: 1,
  summary: 'It does not count.',
  key: 'answer',
  data: answer,
});
export const answerFinished = event({ type: 'answer.finished', version: 1, summary: 'It counts for good.', key: 'answer', data: answer });
export const answerChecked = event({
  type: 'answer.checked',
  version: 1,
  summary: 'Somebody has looked at it.',
  key: 'answer',
  data: z.object({ answer: z.string(), isFine: z.boolean() }),
});
export const questionChanged = event({
  type: 'question.changed',
  version: 1,
  summary: 'A question reads differently.',
  key: 'question',
  data: z.object({ question: z.string(), text: z.string() }),
});

/** Which group has an effect of which events. */
export const typesByGroup = {
  quiz: [answerChecked.type, questionChanged.type],
  question: [answerRecorded.type, answerWithdrawn.type],
  achievement: [answerRecorded.type, answerWithdrawn.type, answerFinished.type],
} as const;

export type Group = keyof typeof typesByGroup;
