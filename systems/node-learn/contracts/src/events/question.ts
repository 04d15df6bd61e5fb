/** What question publishes: how the bank changes, never what gives an answer away. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { difficulty, questionType } from '../questions.ts';
import { id, time } from './fields.ts';

/** Answer, keywords and which choices are right stay inside the question service. */
export const questionData = z.object({
  questionId: id(),
  questionType,
  practical: z.boolean(),
  difficulty,
  topic: z.string(),
  question: z.string(),
  quiz: z.string().nullable(),
  isActive: z.boolean(),
  choiceCount: z.int().min(0),
  keywordCount: z.int().min(0),
  createdAt: time(),
  updatedAt: time(),
});

export const questionCreated = event({
  type: 'question.created',
  version: 1,
  summary: 'A question has come into the bank',
  key: 'questionId',
  data: questionData,
});

export const questionUpdated = event({
  type: 'question.updated',
  version: 1,
  summary: 'A question or its choices have changed; the data is the whole question as it is now',
  key: 'questionId',
  data: questionData,
});

export const questionDeleted = event({
  type: 'question.deleted',
  version: 1,
  summary: 'A question has left the bank, with its choices',
  key: 'questionId',
  data: z.object({ questionId: id(), deletedAt: time() }),
});
