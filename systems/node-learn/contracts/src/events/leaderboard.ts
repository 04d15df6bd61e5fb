/** What leaderboard publishes: each visible change of a board. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { id, time } from './fields.ts';

export const leaderboardEntryUpdated = event({
  type: 'leaderboard.entry.updated',
  version: 1,
  summary: 'A place on a board has other values than before',
  key: 'quizModeId',
  personal: ['username'],
  data: z.object({
    quizModeId: id(),
    position: z.int().min(1).max(6),
    userId: id(),
    score: z.int().meta({ description: 'Equal to correctAnswers' }),
    correctAnswers: z.int(),
    totalQuestions: z.int(),
    streak: z.int(),
    username: z.string(),
    achievedAt: time(),
    change: z.enum(['entered', 'updated', 'moved']),
    evictedUserId: id().nullable(),
  }),
});
