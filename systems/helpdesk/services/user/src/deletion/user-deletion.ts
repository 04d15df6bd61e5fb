/**
 * The saga of a user's end: hidden here, then by everybody who keeps something of theirs, then gone in one commit. When one of them says no, or not all have
 * answered in time, everything is as before.
 */
import type { Outbox, SqlSession } from '@banyan/outbox';
import { refuse, type Refusal, type Saga, type SagaBuilder, sagaOver } from '@banyan/saga';
import { isWritable } from '@banyan/service';
import {
  type CleanupService,
  userCleanupDone,
  userCleanupFailed,
  userDeleted,
  userDeletionCancelled,
  userDeletionRequested,
} from '@helpdesk/contracts/events';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { crashPoint } from '../crash-points.ts';
import type { UserRow } from '../directory/user-shapes.ts';

/** All who have to answer before somebody goes; README.md says what each of them does. */
const participants: readonly CleanupService[] = ['ticket'];

export interface UserDeletionParts {
  readonly outbox: Outbox<typeof userDeleted | typeof userDeletionCancelled | typeof userDeletionRequested>;
  /** Until everybody has answered. */
  readonly withinMs: number;
}

const asked = z.object({ userId: z.string(), actorId: z.string() });
type Asked = z.output<typeof asked>;

export type UserDeletion = Saga<'user-deletion', Asked, undefined>;

/** Reasons of a refusal that callers tell apart. */
export const refusals = {
  fenced: 'Users may not be written here now',
  underWay: 'Somebody else is deleting them already',
  unknown: 'There is no such user',
} as const;

type DeletedUser = Pick<UserRow, 'email' | 'role'>;

export function defineUserDeletion({ outbox, withinMs }: UserDeletionParts): UserDeletion {
  const hidden = sagaOver<PoolClient>()('user-deletion', { version: 1, input: asked, limitMs: withinMs }).local('hide', {
    action: async ({ session, saga: { id: sagaId }, input: { userId, actorId } }) => {
      const user = await hide(session, sagaId, userId);
      if ('refused' in user) return user;
      outbox.publish(userDeletionRequested, { sagaId, userId, ...user, actorId });
      crashPoint('user.deletion.hidden');
      return user;
    },
    undo: async ({ session, saga: { id: sagaId }, input: { userId }, reason }) => {
      await session.query('delete from deletions where saga = $1', [sagaId]);
      outbox.publish(userDeletionCancelled, { sagaId, userId, reason });
      crashPoint('user.deletion.cancelled');
    },
  });
  return awaitParticipants(hidden, withinMs)
    .local('remove', {
      noUndo: 'Its commit is the point of no return',
      action: async ({ session, saga: { id: sagaId }, input: { userId, actorId }, results }) => {
        if (!(await isWritable(session, 'users'))) return refuse(refusals.fenced);
        await session.query('delete from users where id = $1', [userId]);
        await session.query('delete from deletions where saga = $1', [sagaId]);
        outbox.publish(userDeleted, { sagaId, userId, ...results.hide, actorId, deletedAt: new Date().toISOString() });
        crashPoint('user.deletion.removed');
        return undefined;
      },
    })
    .end({ result: () => undefined });
}

/** One after the other: an answer that comes before it is waited for is kept. */
function awaitParticipants<Results>(
  begun: SagaBuilder<'user-deletion', Asked, Results, PoolClient, false, false>,
  withinMs: number,
): SagaBuilder<'user-deletion', Asked, Results, PoolClient, false, false> {
  let waiting = begun;
  for (const service of participants)
    waiting = waiting.wait(`await-${service}`, {
      events: [userCleanupDone, userCleanupFailed],
      by: ({ data }) => `${data.sagaId} ${data.service}`,
      key: ({ saga }) => `${saga.id} ${service}`,
      withinMs,
      onEvent: (event) => ('counts' in event.data ? event.data.counts : refuse(`${service}: ${event.data.reason}`)),
      onTimeout: 'undo',
    });
  return waiting;
}

/** From here on nobody finds them. Behind the fence of a cutover it is not begun. */
async function hide(session: SqlSession, sagaId: string, userId: string): Promise<DeletedUser | Refusal> {
  if (!(await isWritable(session, 'users'))) return refuse(refusals.fenced);
  const found = await session.query<DeletedUser>('select email, role from users where id = $1 for update', [userId]);
  const [user] = found.rows;
  if (user === undefined) return refuse(refusals.unknown);
  const hidden = 'insert into deletions ("userId", saga) values ($1, $2) on conflict do nothing';
  const { rowCount } = await session.query(hidden, [userId, sagaId]);
  return rowCount === 1 ? user : refuse(refusals.underWay);
}
