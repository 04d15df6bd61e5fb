/** The ways to play. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { serverError } from './refusals.ts';

export const listModes = endpoint({
  name: 'quiz.modes',
  method: 'GET',
  path: '/api/quiz/modes',
  summary: 'The quiz modes by id, each a named filter over the bank',
  caller: 'anyone',
  effect: { reads: ['public.quiz_modes'], writes: [] },
  responses: {
    200: {
      description: 'The modes',
      body: z.array(
        z.strictObject({
          id: z.int(),
          name: z.string(),
          description: z.string().nullable(),
          filters: z.record(z.string(), z.unknown()).nullable(),
        }),
      ),
    },
    500: serverError,
  },
});

export const quizEndpoints = [listModes] as const;
