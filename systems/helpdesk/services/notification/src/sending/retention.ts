/** In the first hour of each day (UTC) takes away what nobody needs any more: the text of what was sent, and after a while the mail. */
import { isRefusedWrite, type Repeated, repeat, report } from '@banyan/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database.ts';
import { isOurs } from '../mails/state.ts';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from '../settings.ts';

const lookEveryMs = 1_000;
const afterFailureMs = 60_000;
/** Rows at a time: what is removed flows back to the monolith's table, beside what is queued and sent meanwhile. */
const atATime = 500;
const dayMs = 86_400_000;

/** As long as the queue is the monolith's nothing is removed. Several programs may do it at once: each takes rows that no other has. */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private looking: Repeated | undefined;
  /** The day for which nothing is left to do. */
  private doneDay: string | undefined;

  constructor(
    @Inject(NOTIFICATION_SETTINGS) private readonly settings: NotificationSettings,
    @Inject(Database) private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.looking = repeat(() => this.look(new Date()), { everyMs: lookEveryMs, afterFailureMs });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking?.stop();
  }

  /** False when it could not be done, as behind the fence of who owns the queue; it is tried again. */
  private async look(now: Date): Promise<boolean> {
    const day = now.toISOString().slice(0, 10);
    if (now.getUTCHours() !== 0 || this.doneDay === day) return true;
    try {
      if ((await this.removeSome(now)) === 0) this.doneDay = day;
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      if (!isRefusedWrite(error)) report('warn', 'notification.retention.failed', 'Old mails could not be removed now', { reason });
      return false;
    }
  }

  private async removeSome(now: Date): Promise<number> {
    const sentBefore = new Date(now.getTime() - this.settings.SENT_MAILS_KEPT_DAYS * dayMs).toISOString();
    const some = (condition: string) =>
      `id in (select id from email_outbox where sent and ${condition} limit ${atATime} for update skip locked) and ${isOurs}`;
    const removed = await this.database.pool.query(`delete from email_outbox where ${some('"sentAt" < $1')}`, [sentBefore]);
    // Those that the monolith's mailer has sent.
    const emptied = await this.database.pool.query(`update email_outbox set body = '' where ${some(`body <> ''`)}`);
    return (removed.rowCount ?? 0) + (emptied.rowCount ?? 0);
  }
}
