/** Mails that nobody tries any more: which there are, and how an operator has them tried again from the beginning. */
import type { SqlSession } from '@banyan/outbox';
import { isDead, isOurs, mails } from './state.ts';

const listedMax = 1_000;

export interface DeadMail {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  readonly to: string;
  readonly subject: string;
  readonly attempts: number;
  /** What the mail server said last. */
  readonly error: string | null;
}

/** The newest first, at most 1,000. */
export async function listDeadMails(session: SqlSession): Promise<readonly DeadMail[]> {
  const { rows } = await session.query<DeadMail>(
    `select m.id, to_char(m."createdAt", 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt", m."to", m.subject, m.attempts, m.error
     from ${mails} where ${isDead} order by m."createdAt" desc, m.id limit ${listedMax}`,
  );
  return rows;
}

/**
 * They are sent with the next look at the queue. Answers the ids of those that were dead; none while the queue is the monolith's. Rejects behind the
 * fence of a cutover.
 * @param ids absent: all
 */
export async function sendAgain(session: SqlSession, ids?: readonly string[]): Promise<readonly string[]> {
  const { rows } = await session.query<{ id: string }>(
    `with again as (
       update email_outbox set attempts = 0, error = null, "updatedAt" = $2
       where ${isOurs} and id in (select m.id from ${mails} where ${isDead} and ($1::text[] is null or m.id = any($1)))
       returning id
     ), tried as (delete from mail_retries where mail_id in (select id from again))
     select id from again order by id`,
    [ids ?? null, new Date().toISOString()],
  );
  return rows.map(({ id }) => id);
}
