/** Sends the mails of the queue: new ones at once, refused ones when they are due, each by one sender at a time. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TRANSACTIONS } from '@banyan/nest';
import type { SqlSession, Transactions } from '@banyan/outbox';
import { isRefusedWrite, report } from '@banyan/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { crashPoint } from '../crash-points.ts';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from '../settings.ts';
import { type DueMail, lockDueMail, noteRefused, noteSent, takeMail } from './due-mails.ts';

/** Mails under way at once; each keeps a connection to the database. */
const atOnce = 4;
/** A mail server that says nothing for so long has failed: a cutover waits for mails under way, see `cutoverBudgetMs` in migration.ts. */
const smtpTimeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };
const implicitTlsPort = 465;

/**
 * A mail is leased by the lock of its row: whoever sends it holds it until it is noted as sent, others pass it over, and with a program that dies the lock
 * goes as well. What the mail server had taken already by then is sent again, under the same Message-ID.
 */
@Injectable()
export class Sender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly transport: Transporter;
  /** Whoever asks is in a transaction, which is none of that of who is asked. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly working = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  /** Whoever is at work may have looked before what it was asked for was there. */
  private isAskedAgain = false;
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
    if (this.isStopped) return;
    this.isAskedAgain = this.working.size >= atOnce;
    if (this.isAskedAgain) return;
    const work = this.outside(() => this.sendAllDue())
      .catch((error: Error) => report('warn', 'notification.queue.unreadable', 'Mails could not be sent now', { reason: error.message }))
      .finally(() => {
        this.working.delete(work);
        if (this.isAskedAgain) this.wake();
      });
    this.working.add(work);
  }

  private async sendAllDue(): Promise<void> {
    while (!this.isStopped && (await this.sendOne()));
  }

  /** False when nothing is due, or the queue is not this program's now. */
  private async sendOne(): Promise<boolean> {
    try {
      return await this.transactions.run(async ({ session }) => {
        const id = await lockDueMail(session);
        if (id === undefined) return false;
        const mail = await takeMail(session, id);
        if (mail === undefined) return true;
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

  private async send(session: SqlSession, mail: DueMail): Promise<void> {
    const { id, to, subject, body, attempts } = mail;
    const { SMTP_FROM: from } = this.settings;
    crashPoint('notification.mail.taken');
    const refusal = await this.transport.sendMail({ from, to, subject, text: body, messageId: messageIdOf(id, from) }).then(
      () => undefined,
      (error: Error & { code?: string; responseCode?: number }) => error,
    );
    crashPoint('notification.mail.accepted');
    if (refusal === undefined) return noteSent(session, id);
    const againInMs = await noteRefused(session, mail, refusal.message);
    // Not the words of the refusal, which may name the recipient.
    const fields = { mail: id, attempts, reason: refusal.responseCode ?? refusal.code ?? 'unknown' };
    report(againInMs === undefined ? 'error' : 'warn', 'notification.mail.refused', 'A mail was not sent', fields);
  }
}

/** The same for every attempt, so that who receives a mail twice can tell. */
function messageIdOf(id: string, from: string): string {
  const domain = from.slice(from.lastIndexOf('@') + 1).replaceAll(/[^\w.-]/g, '');
  return `<${id}@${domain}>`;
}
