/** What other services may ask: to send a mail, and what has become of it. */
import type { ServiceTokens } from '@banyan/identity';
import { type InternalRoutes as Routes, isRefusedWrite } from '@banyan/service';
import { notificationInternal } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from './database.ts';
import { MailQueue } from './mails/queue.ts';
import { isDead, mails } from './mails/state.ts';

/** For injection: verifies who asks. */
export const SERVICE_TOKENS = Symbol('service tokens');

const handedOver = z.object({ dedupeKey: z.uuid(), time: z.iso.datetime(), to: z.string().min(1), subject: z.string(), body: z.string() });

@Injectable()
export class InternalRoutes implements Routes {
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(SERVICE_TOKENS) readonly tokens: ServiceTokens,
    @Inject(MailQueue) private readonly queue: MailQueue,
    @Inject(Database) private readonly database: Database,
  ) {
    this.handlers = [
      { endpoint: notificationInternal.queue, answer: ({ body }) => this.put(body) },
      { endpoint: notificationInternal.status, answer: ({ params }) => this.status(params['id']) },
    ];
  }

  toAnswer(error: unknown): { status: number; body: object } | undefined {
    if (error instanceof z.ZodError)
      return { status: 400, body: { message: 'A mail has a key, a time, a recipient, a subject and a text', statusCode: 400 } };
    return isRefusedWrite(error) ? { status: 503, body: { message: 'The queue is somebody else’s now', statusCode: 503 } } : undefined;
  }

  private async put(body: unknown): Promise<object> {
    const { dedupeKey: id, time, ...mail } = handedOver.parse(body);
    await this.queue.put({ id, time }, mail);
    return { id };
  }

  private async status(id: string | undefined): Promise<object | undefined> {
    const { rows } = await this.database.pool.query<object>(
      `select m.id, m."to", m.subject, case when m.sent then 'sent' when ${isDead} then 'dead' else 'queued' end as status, m.attempts,
         m."sentAt" at time zone 'UTC' as "sentAt", m.error
       from ${mails} where m.id = $1`,
      [id],
    );
    return rows[0];
  }
}
