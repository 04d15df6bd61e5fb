/** What a test says and asks about mails: events that have one, and what became of it. */
import { userCreated } from '@helpdesk/contracts/events';
import type { NotificationWorld } from './notification-world.ts';

export interface QueuedMail {
  readonly sent: boolean;
  readonly attempts: number;
  readonly body: string;
}

/** Somebody has signed up, and gets a welcome. */
export function signUp(email: string, named: { readonly id: string; readonly time: Date } = fresh()) {
  const at = named.time.toISOString();
  const person = { userId: email, email, firstName: 'Ada', lastName: null, role: 'AGENT' as const, createdAt: at, updatedAt: at };
  return { contract: userCreated, data: person, ...named };
}

export function fresh(): { id: string; time: Date } {
  return { id: crypto.randomUUID(), time: new Date() };
}

/** To one recipient, in the queue. */
export async function queued({ database }: NotificationWorld, to: string): Promise<QueuedMail[]> {
  const { rows } = await database.query<QueuedMail & Record<string, unknown>>(
    'select sent, attempts, body from email_outbox where "to" = $1',
    [to],
  );
  return rows;
}

export async function subjectsTo({ mail }: NotificationWorld, to: string): Promise<string[]> {
  return (await mail.to(to)).map(({ subject }) => subject);
}

/** As if so long had gone by: what waits is due so much sooner. */
export async function letPass({ database }: NotificationWorld, seconds: number): Promise<void> {
  await database.query(`update mail_retries set due_at = due_at - $1 * interval '1 second'`, [seconds]);
}
