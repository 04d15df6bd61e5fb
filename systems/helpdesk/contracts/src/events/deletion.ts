/** What is said while somebody is being deleted, by the user service and by those who keep something of theirs, until it is done or as before. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { id, role } from '../users.ts';

const sagaId = z.string().meta({ description: 'Which attempt to delete them it is' });

/** Who keeps something of users. */
const service = z.enum(['ticket', 'audit']);
export type CleanupService = z.output<typeof service>;

export const userDeletionRequested = event({
  type: 'user.deletion_requested',
  version: 1,
  summary: 'Somebody is to be deleted: whoever keeps something of theirs hides it, and says so',
  key: 'userId',
  personal: ['email'],
  data: z.object({ sagaId, userId: id, email: z.string(), role, actorId: id }),
});

export const userDeletionCancelled = event({
  type: 'user.deletion_cancelled',
  version: 1,
  summary: 'Somebody is not deleted after all: what was hidden is there again',
  key: 'userId',
  data: z.object({ sagaId, userId: id, reason: z.string() }),
});

export const userCleanupDone = event({
  type: 'user.cleanup_done',
  version: 1,
  summary: 'What a service keeps of somebody who is to be deleted is hidden',
  key: 'userId',
  data: z.object({
    sagaId,
    userId: id,
    service,
    counts: z.record(z.string(), z.int().nonnegative()).meta({ description: 'How much of what; empty where there is nothing to hide' }),
  }),
});

export const userCleanupFailed = event({
  type: 'user.cleanup_failed',
  version: 1,
  summary: 'A service cannot hide what it keeps of somebody: they are not to be deleted',
  key: 'userId',
  data: z.object({ sagaId, userId: id, service, reason: z.string() }),
});
