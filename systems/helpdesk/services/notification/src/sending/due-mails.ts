/** The queue as whoever sends works on it, inside the transaction that keeps a mail locked: which one is due, and what has become of it. */
import type { SqlSession } from '@banyan/outbox';
import { isDue, isOurs, mails } from '../mails/state.ts';
import { waitBefore } from './waits.ts';

export interface DueMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** With this one. */
  readonly attempts: number;
}

/** The oldest that nobody else has locked; undefined when there is none, or the queue is not this service's. */
export async function lockDueMail(session: SqlSession): Promise<string | undefined> {
  const { rows } = await session.query<{ id: string }>(
    `select m.id from ${mails} where ${isDue} and ${isOurs} order by m."createdAt" limit 1 for update of m skip locked`,
  );
  return rows[0]?.id;
}

/** Counts the attempt before it is made: behind the fence of a cutover this rejects, and nothing is sent. Undefined when who had it before has said more of it since. */
export async function takeMail(session: SqlSession, id: string): Promise<DueMail | undefined> {
  const { rows } = await session.query<DueMail>(
    `update email_outbox set attempts = attempts + 1, "updatedAt" = $2
     where id = (select m.id from ${mails} where m.id = $1 and ${isDue}) returning id, "to", subject, body, attempts`,
    [id, new Date().toISOString()],
  );
  return rows[0];
}

/** What it says may open an account: nothing of it is kept. */
export async function noteSent(session: SqlSession, id: string): Promise<void> {
  await session.query(`update email_outbox set sent = true, "sentAt" = "updatedAt", error = null, body = '' where id = $1`, [id]);
  await session.query('delete from mail_retries where mail_id = $1', [id]);
}

/** Answers in how many milliseconds it is tried again; undefined when it was tried often enough. */
export async function noteRefused(session: SqlSession, { id, attempts }: DueMail, reason: string): Promise<number | undefined> {
  const waitMs = waitBefore(attempts);
  await session.query('update email_outbox set error = $2 where id = $1', [id, reason]);
  await session.query(
    `insert into mail_retries (mail_id, due_at, gave_up_at) values ($1, now() + $2 * interval '1 millisecond', case when $3 then now() end)
     on conflict (mail_id) do update set due_at = excluded.due_at, gave_up_at = excluded.gave_up_at`,
    [id, waitMs ?? 0, waitMs === undefined],
  );
  return waitMs;
}
