/** Badges: all of them, a user's, and the check that awards new ones. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { givenFields, isDatabaseInteger } from './given-values.ts';
import { bareRefusal, malformedBody, malformedPath, serverError, tooLargeBody, unreadableBody } from './refusals.ts';

/** A badge as it is announced, in answers and in events alike. */
export const awardedBadge = z.strictObject({
  id: z.int(),
  title: z.string(),
  description: z.string(),
  sprite_col: z.int(),
  sprite_row: z.int(),
});

const badge = awardedBadge.extend({ created_at: z.iso.datetime().nullable() });

const badgeOfUser = z.union([
  badge.extend({ unlocked: z.literal(true), unlocked_at: z.iso.datetime().nullable() }),
  badge.extend({
    unlocked: z.literal(false),
    progress: z
      .strictObject({ current: z.int(), total: z.int(), label: z.string().meta({ description: 'Never capped' }) })
      .optional()
      .meta({ description: 'Absent for a badge without a rule' }),
  }),
]);

/** What a client may put in for an id in a body: nothing is checked but what the database refuses. */
export const looseId = z.union([z.int(), z.string()]);

export const listBadges = endpoint({
  name: 'achievements.list',
  method: 'GET',
  path: '/api/achievements',
  summary: 'All badges by id',
  caller: 'anyone',
  effect: { reads: ['public.achievements'], writes: [] },
  responses: { 200: { description: 'The badges', body: z.array(badge) }, 500: serverError },
});

export const findGuestId = endpoint({
  name: 'achievements.guest-id',
  method: 'GET',
  path: '/api/achievements/guest-id',
  summary: 'The user that every visitor without a token acts as',
  caller: 'anyone',
  effect: { reads: ['public.users'], writes: [] },
  responses: {
    200: { description: 'The guest', body: z.strictObject({ userId: z.int() }) },
    500: { ...serverError, description: 'There is no guest' },
  },
});

export const listBadgesOfUser = endpoint({
  name: 'achievements.of-user',
  method: 'GET',
  path: '/api/achievements/user/:userId',
  summary: 'All badges by id, unlocked ones with the time, the others with the progress',
  caller: 'anyone',
  effect: { reads: ['public.achievements', 'public.user_achievements', 'public.user_question_stats', 'public.questions'], writes: [] },
  request: {
    params: z.object({ userId: z.string().meta({ description: 'Read up to the first character that is no digit', examples: ['1'] }) }),
  },
  responses: {
    200: { description: 'The badges; all locked for a user nobody knows', body: z.array(badgeOfUser) },
    400: malformedPath,
    500: { ...serverError, description: 'No digits', quirk: ({ params }) => !isDatabaseInteger(parseInt(params['userId'] ?? '', 10)) },
  },
});

export const checkBadges = endpoint({
  name: 'achievements.check',
  method: 'POST',
  path: '/api/achievements/check',
  summary: 'Awards the badges that the user has earned by now',
  caller: 'anyone',
  effect: {
    reads: ['public.achievements', 'public.user_question_stats', 'public.questions', 'public.users'],
    writes: ['public.user_achievements'],
  },
  request: {
    body: z
      .object({ userId: looseId.optional(), questionId: looseId.optional(), isCorrect: z.unknown().optional() })
      .meta({ examples: [{ userId: 1, questionId: 1, isCorrect: true }] }),
  },
  responses: {
    201: { description: 'Those awarded just now, by id', body: z.strictObject({ awardedAchievements: z.array(awardedBadge) }) },
    400: malformedBody,
    413: tooLargeBody,
    415: unreadableBody,
    500: {
      ...serverError,
      description: 'No body, or ids that are no numbers',
      quirk: ({ body }) => ![givenFields(body)['userId'], givenFields(body)['questionId']].every(isDatabaseInteger),
    },
    503: {
      description: 'There is something to award, and this program may not do it now; somebody else may, or will in a moment',
      headers: { 'Retry-After': 'Seconds' },
      body: bareRefusal(503, 'Service Unavailable'),
    },
  },
});

export const achievementEndpoints = [listBadges, findGuestId, listBadgesOfUser, checkBadges] as const;
