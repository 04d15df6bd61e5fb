/** Boards: runs that are posted to them, and the six places that everybody sees. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { looseId } from './achievements.ts';
import { givenFields, isDatabaseInteger } from './given-values.ts';
import { bareRefusal, malformedBody, malformedPath, refusal, serverError, tooLargeBody, unreadableBody } from './refusals.ts';

const result = { correct_answers: z.int(), total_questions: z.int(), streak: z.int(), achieved_at: z.iso.datetime(), username: z.string() };

const boardPlace = z.union([
  z.strictObject({ quiz_mode_id: z.int(), position: z.int().min(1).max(6), user_id: z.int().min(1), ...result }),
  z
    .strictObject({
      quiz_mode_id: z.string(),
      position: z.int().min(1).max(6),
      user_id: z.literal(0),
      ...result,
      correct_answers: z.literal(0),
      total_questions: z.literal(0),
      streak: z.literal(0),
    })
    .meta({ description: 'Invented for this answer, where nobody holds the place; the mode is the text of the path' }),
]);

const integer = z.union([z.int(), z.string().regex(/^-?\d+$/)]);

export const postRun = endpoint({
  name: 'leaderboard.update',
  method: 'POST',
  path: '/api/leaderboard/update',
  summary: 'Posts the latest result of a run; it takes the place of an earlier one of the user, also of a better one',
  caller: 'anyone',
  corrected: { flag: 'leaderboard.tokenUser', caller: 'self' },
  about: { in: 'body', field: 'userId' },
  effect: { reads: ['public.users', 'public.quiz_modes'], writes: ['public.leaderboards'] },
  request: {
    body: z
      .object({
        modeId: looseId,
        userId: looseId,
        correctAnswers: integer.meta({ description: 'May be more than totalQuestions, and below 0' }),
        totalQuestions: integer,
        streak: integer,
        username: z.unknown().optional().meta({ description: 'Ignored: boards show the name of now' }),
      })
      .meta({ examples: [{ modeId: 9, userId: 1, correctAnswers: 1, totalQuestions: 2, streak: 1 }] }),
  },
  responses: {
    201: { description: 'Taken, whether or not it made the board', body: z.strictObject({ success: z.literal(true) }) },
    400: malformedBody,
    401: { description: 'With flag leaderboard.tokenUser: a run of somebody else', body: bareRefusal(401, 'Unauthorized') },
    413: tooLargeBody,
    415: unreadableBody,
    422: { description: 'With flag leaderboard.sanity: a result that no run can have', body: refusal(422, 'Unprocessable Entity') },
    500: {
      ...serverError,
      description: 'No body, numbers that are none, an unknown mode, or an unknown user who would get a place',
      quirk: ({ body, caller, exists }) => {
        const { modeId, userId, correctAnswers, totalQuestions, streak } = givenFields(body);
        const isKnown = exists('public.quiz_modes', modeId) && (caller !== 'unknown' || exists('public.users', userId));
        return !isKnown || ![modeId, userId, correctAnswers, totalQuestions, streak].every(isDatabaseInteger);
      },
    },
    503: {
      description: 'This program may not write boards now; somebody else may, or will in a moment',
      headers: { 'Retry-After': 'Seconds' },
      body: bareRefusal(503, 'Service Unavailable'),
    },
  },
});

export const readBoard = endpoint({
  name: 'leaderboard.board',
  method: 'GET',
  path: '/api/leaderboard/mode/:modeId',
  summary: 'The board of a quiz mode: six places, invented ones where nobody stands',
  caller: 'anyone',
  effect: { reads: ['public.leaderboards', 'public.users'], writes: [] },
  request: { params: z.object({ modeId: z.string().meta({ examples: ['9'] }) }) },
  responses: {
    200: { description: 'The places by position; six invented ones for a mode nobody knows', body: z.array(boardPlace).length(6) },
    400: malformedPath,
    500: { ...serverError, description: 'The mode is not an integer', quirk: ({ params: { modeId } }) => !isDatabaseInteger(modeId) },
  },
});

export const leaderboardEndpoints = [postRun, readBoard] as const;
