/** The right answer of a question, for whoever has made up their mind. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { refusedId, questionId, unknownQuestion } from './questions.ts';
import { malformedPath } from './refusals.ts';

/** A choice with whether it is right. */
const judgedChoice = z.strictObject({
  id: z.int(),
  questionId: z.int(),
  choiceText: z.string(),
  isGood: z.boolean(),
  explanation: z.string().nullable(),
});

/** Also what the question service answers inside. */
export const answerBody = z.strictObject({
  questionId: z.int(),
  answer: z.string().meta({ description: 'Empty when there is none' }),
  choices: z.array(judgedChoice).meta({ description: 'All of them, in no particular order' }),
  matchKeywords: z.array(z.string()),
});

const revealAnswer = endpoint({
  name: 'answers.reveal',
  method: 'GET',
  path: '/api/answers/:questionId',
  summary: 'Answer, all choices and keywords of one question, also of an inactive one',
  caller: 'anyone',
  effect: { reads: ['public.questions', 'public.choices'], writes: [] },
  request: { params: z.object({ questionId }) },
  responses: {
    200: { description: 'The answer', body: answerBody },
    400: malformedPath,
    404: unknownQuestion,
    500: refusedId('questionId'),
  },
});

export const answerEndpoints = [revealAnswer] as const;
