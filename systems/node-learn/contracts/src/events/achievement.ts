/** What achievement publishes: the outcome of every check, and each badge earned. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { awardedBadge } from '../achievements.ts';
import { id, ofAnswer, time } from './fields.ts';

export const achievementChecked = event({
  type: 'achievement.checked',
  version: 1,
  summary: 'The badges of a user have been checked after an answer; usually nothing was awarded',
  key: 'userId',
  data: z.object({ ...ofAnswer, awarded: z.array(z.object(awardedBadge.shape)) }),
});

const earned = z.object({
  userId: id(),
  achievementId: id(),
  earnedAt: time(),
  title: z.string(),
  answerEventId: ofAnswer.answerEventId.nullable(),
});

export const achievementEarned = event({
  type: 'achievement.earned',
  version: 1,
  summary: 'A user has earned a badge',
  key: 'userId',
  data: earned,
});

export const achievementCheckFailed = event({
  type: 'achievement.check_failed',
  version: 1,
  summary: 'The badges of a user could not be checked after an answer, also not when it was tried again',
  key: 'userId',
  data: z.object({ ...ofAnswer, error: z.string() }),
});

export const achievementUnlocked = event({
  type: 'achievement.unlocked',
  version: 1,
  summary: 'An older name of achievement.earned that nobody publishes',
  key: 'userId',
  data: earned,
});
