/** The queue of mails: each has the id of its event, so that whoever puts it there, and however often, it is there once. */
import { TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import type { Mail } from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { Sender } from '../sending/sender.ts';
import { isOurs } from './state.ts';

export interface Cause {
  /** Of the event. */
  readonly id: string;
  /** When it happened, ISO 8601 in UTC. */
  readonly time: string;
}

@Injectable()
export class MailQueue {
  constructor(
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(Sender) private readonly sender: Sender,
  ) {}

  /** In the transaction around the caller, or one of its own. Rejects behind the fence of a cutover. */
  async put({ id, time }: Cause, { to, subject, body }: Mail): Promise<void> {
    await this.transactions.run(async (transaction) => {
      await transaction.session.query(
        `insert into email_outbox (id, "to", subject, body, "createdAt", "updatedAt") values ($1, $2, $3, $4, $5, $5) on conflict (id) do nothing`,
        [id, to, subject, body, time],
      );
      crashPoint('notification.mail.queued');
      transaction.afterCommit(() => this.sender.wake());
    });
  }

  /** As put(), unless the queue is the monolith's: then somebody else puts it there. */
  async putAsOwner(cause: Cause, mail: Mail): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      const { rowCount } = await session.query(`select where ${isOurs}`);
      if (rowCount === 1) await this.put(cause, mail);
    });
  }
}
