/** Recording answers, and results per user. */
import { endpoint, type ResponseContract } from '@banyan/contract';
import { z } from 'zod';
import { awardedBadge, looseId } from './achievements.ts';
import { difficulty } from './questions.ts';
import { givenFields, isDatabaseInteger } from './given-values.ts';
import { closed, malformedBody, malformedPath, serverError, tooLargeBody, unreadableBody } from './refusals.ts';

/** The monolith takes and shows everybody's results. */
const ownOnly = { flag: 'stats.ownOnly', caller: 'self' } as const;

const percent = z.string().regex(/^\d+\.\d\d$/);

export const recordAnswer = endpoint({
  name: 'stats.record',
  method: 'POST',
  path: '/api/stats/record',
  summary: 'Counts an answer as right or wrong, and awards badges when it is right; the user of a good token wins over the one in the body',
  caller: 'anyone',
  corrected: ownOnly,
  about: { in: 'body', field: 'userId' },
  effect: {
    reads: ['public.users', 'public.questions', 'public.achievements'],
    writes: ['public.user_question_stats', 'public.user_achievements'],
  },
  request: {
    body: z
      .object({
        userId: looseId.optional(),
        questionId: looseId,
        isCorrect: z.unknown().optional().meta({ description: 'Meant as a boolean; other values have effects of their own' }),
      })
      .meta({ examples: [{ userId: 1, questionId: 1, isCorrect: false }] }),
  },
  responses: {
    201: {
      description: 'Counted; the badges awarded just now, by id',
      body: z.strictObject({ success: z.literal(true), awardedAchievements: z.array(awardedBadge) }),
    },
    400: malformedBody,
    401: closed,
    413: tooLargeBody,
    415: unreadableBody,
    500: {
      ...serverError,
      description: 'No or unknown user or question, no body, or a value the database refuses',
      quirk: ({ body, caller, exists }) => {
        const { userId, questionId, isCorrect } = givenFields(body);
        const isKnown = exists('public.questions', questionId) && (caller !== 'unknown' || exists('public.users', userId));
        return !isKnown || typeof (isCorrect ?? false) !== 'boolean';
      },
    },
  },
});

const params = z.object({ userId: z.string().meta({ description: 'Of anybody', examples: ['1'] }) });
const aboutSomebody = { corrected: ownOnly, about: { in: 'params', field: 'userId' } } as const;
const notAnId: ResponseContract = {
  ...serverError,
  description: 'Not an integer',
  quirk: ({ params: { userId } }) => !isDatabaseInteger(userId),
};

export const findStats = endpoint({
  name: 'stats.of-user',
  method: 'GET',
  path: '/api/stats/user/:userId',
  summary: 'A user’s results: in all, and per question, newest first',
  caller: 'anyone',
  ...aboutSomebody,
  effect: { reads: ['public.user_question_stats', 'public.questions'], writes: [] },
  request: { params },
  responses: {
    200: {
      description: 'The results; zeros and [] for a user nobody knows',
      body: z.strictObject({
        overall: z.strictObject({
          totalCorrect: z.int(),
          totalIncorrect: z.int(),
          totalAttempts: z.int(),
          overallAccuracy: z.union([percent, z.literal(0)]).meta({ description: 'The number 0 without attempts' }),
        }),
        questions: z.array(
          z.strictObject({
            id: z.int(),
            user_id: z.int(),
            question_id: z.int(),
            correct_count: z.int(),
            incorrect_count: z.int(),
            question: z.string(),
            topic: z.string(),
            difficulty,
            total_attempts: z.int(),
            accuracy_percentage: percent,
          }),
        ),
      }),
    },
    400: malformedPath,
    401: closed,
    500: notAnId,
  },
});

const findMissedQuestions = endpoint({
  name: 'stats.wrong-questions',
  method: 'GET',
  path: '/api/stats/user/:userId/wrong-questions',
  summary: 'The questions a user ever answered wrong',
  caller: 'anyone',
  ...aboutSomebody,
  effect: { reads: ['public.user_question_stats'], writes: [] },
  request: { params },
  responses: {
    200: { description: 'Their ids, ascending', body: z.strictObject({ wrongQuestionIds: z.array(z.int()) }) },
    400: malformedPath,
    401: closed,
    500: notAnId,
  },
});

export const statsEndpoints = [recordAnswer, findStats, findMissedQuestions] as const;
