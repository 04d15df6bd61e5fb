/** What maintenance publishes: that the guest begins anew. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { id, time } from './fields.ts';

export const userStatsReset = event({
  type: 'user.stats.reset',
  version: 1,
  summary: 'The results and badges of a user are to be removed',
  key: 'userId',
  data: z.object({ userId: id(), scheduledFor: z.iso.date(), resetAt: time(), reason: z.literal('nightly-guest-reset') }),
});
