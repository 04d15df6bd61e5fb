/** Sends the mails of the queue: new ones at once, refused ones when they are due, each by one sender at a time. */
import { TRANSACTIONS } from '@banyan/nest';
import type { SqlSession, Transactions } from '@banyan/outbox';
import { isRefusedWrite, report } from '@banyan/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from '../settings.ts';
import { waitBefore } from './waits.ts';

/** Mails under way at once; each keeps a connection to the database. */
const atOnce = 4;
/** A mail server that says nothing for so long has failed: a cutover waits for mails under way. */
const smtpTimeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };
const implicitTlsPort = 465;

interface DueMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
}

/**
 * A mail is leased by the lock of its row: whoever sends it holds it until it is noted as sent, others pass it over, and with a program that dies the lock
 * goes as well. What the mail server had taken already by then is sent again, under the same Message-ID.
 */
@Injectable()
export class Sender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly transport: Transporter;
  private readonly working = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    @Inject(NOTIFICATION_SETTINGS) private readonly settings: NotificationSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
  ) {
    const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USER: user, SMTP_PASS: pass } = settings;
    const auth = user === undefined ? {} : { auth: { user, pass } };
    this.transport = createTransport({ host, port, secure: port === implicitTlsPort, ...auth, ...smtpTimeouts });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), this.settings.SWEEP_EVERY_MS);
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await Promise.all(this.working);
    this.transport.close();
  }

  /** Something may be due. */
  wake(): void {
    if (this.isStopped || this.working.size >= atOnce) return;
    const work = this.sendAllDue()
      .catch((error: Error) => report('warn', 'notification.queue.unreadable', 'Mails could not be sent now', { reason: error.message }))
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }

  private async sendAllDue(): Promise<void> {
    while (!this.isStopped && (await this.sendOne()));
  }

  /** False when nothing is due, or the queue is not this program's now. */
  private async sendOne(): Promise<boolean> {
    try {
      return await this.transactions.run(async ({ session }) => {
        const mail = await take(session);
        if (mail === undefined) return false;
        // Others may look for the next one meanwhile.
        this.wake();
        await this.send(session, mail);
        return true;
      });
    } catch (error) {
      if (isRefusedWrite(error)) return false;
      throw error;
    }
  }

  private async send(session: SqlSession, { id, to, subject, body, attempts }: DueMail): Promise<void> {
    const { SMTP_FROM: from } = this.settings;
    const messageId = `<${id}@${from
      .split('@')
      .at(-1)
      ?.replace(/[^\w.-]/g, '')}>`;
    const refusal = await this.transport.sendMail({ from, to, subject, text: body, messageId }).then(
      () => undefined,
      (error: Error & { code?: string; responseCode?: number }) => error,
    );
    if (refusal !== undefined) return refuse(session, { id, attempts }, refusal);
    // What it says may open an account: nothing of it is kept.
    await session.query(`update email_outbox set sent = true, "sentAt" = "updatedAt", error = null, body = '' where id = $1`, [id]);
  }
}

/** It is counted first: behind the fence of a cutover this fails, and nothing is sent. */
async function take(session: SqlSession): Promise<DueMail | undefined> {
  const { rows } = await session.query<DueMail>(
    `update email_outbox set attempts = attempts + 1, "updatedAt" = $1
     where exists (select from banyan.owners where extraction = 'notification' and owner = 'notification') and id = (
       select m.id from email_outbox m left join mail_retries r on r.mail_id = m.id
       where not m.sent and (r.mail_id is null or (r.due_at <= now() and r.gave_up_at is null))
       order by m."createdAt" limit 1 for update of m skip locked)
     returning id, "to", subject, body, attempts`,
    [new Date().toISOString()],
  );
  return rows[0];
}

async function refuse(
  session: SqlSession,
  { id, attempts }: Pick<DueMail, 'id' | 'attempts'>,
  refusal: Error & { code?: string; responseCode?: number },
): Promise<void> {
  const { message, code, responseCode } = refusal;
  const waitMs = waitBefore(attempts);
  await session.query('update email_outbox set error = $2 where id = $1', [id, message]);
  await session.query(
    `insert into mail_retries (mail_id, due_at, gave_up_at) values ($1, now() + $2 * interval '1 millisecond', case when $3 then now() end)
     on conflict (mail_id) do update set due_at = excluded.due_at, gave_up_at = excluded.gave_up_at`,
    [id, waitMs ?? 0, waitMs === undefined],
  );
  report(waitMs === undefined ? 'error' : 'warn', 'notification.mail.refused', 'A mail was not sent', {
    mail: id,
    attempts,
    // Not its words, which may name the recipient.
    reason: responseCode ?? code ?? 'unknown',
  });
}
