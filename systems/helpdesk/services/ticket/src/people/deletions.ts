/** The part of this service in the saga by which somebody is deleted: what is theirs is hidden, at once and as a whole, until they are gone or stay after all. */
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent, OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, SqlSession, Transactions } from '@banyan/outbox';
import { isWritable } from '@banyan/service';
import { userCleanupDone, userCleanupFailed, userDeletionCancelled, userDeletionRequested } from '@helpdesk/contracts/events';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { ownsTickets } from '../tickets/ownership.ts';
import { hidePerson, showPerson } from './rows.ts';

@Injectable()
export class Deletions {
  constructor(
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<typeof userCleanupDone | typeof userCleanupFailed>,
  ) {}

  /**
   * Whoever writes for them meanwhile comes wholly before, or is refused. While the tickets are the monolith's there is nothing to hide: it removes them with
   * the user's row. In the middle of a cutover it says no, because what is hidden could not be removed then.
   */
  @OnEvent(userDeletionRequested)
  async hide({ data: { sagaId, userId } }: EventEnvelope<EventData<typeof userDeletionRequested>>): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      const about = { sagaId, userId, service: 'ticket' } as const;
      if (!(await ownsTickets(session))) this.outbox.publish(userCleanupDone, { ...about, counts: {} });
      else if (!(await isWritable(session, 'tickets')))
        this.outbox.publish(userCleanupFailed, { ...about, reason: 'Tickets change their owner' });
      else {
        await hidePerson(session, userId, sagaId);
        this.outbox.publish(userCleanupDone, { ...about, counts: await countTheirs(session, userId) });
      }
      crashPoint('ticket.deletion.hidden');
    });
  }

  /** What others have done with their own meanwhile stays. */
  @OnEvent(userDeletionCancelled)
  async show({ data: { sagaId, userId } }: EventEnvelope<EventData<typeof userDeletionCancelled>>): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      await showPerson(session, userId, sagaId);
      crashPoint('ticket.deletion.shown');
    });
  }
}

type Counts = Record<'tickets' | 'comments' | 'unassigned', number>;

async function countTheirs(session: SqlSession, userId: string): Promise<Counts> {
  const { rows } = await session.query<Counts>(
    `select (select count(*)::int from tickets where "userId" = $1) as tickets,
       (select count(*)::int from ticket_comments c join tickets t on t.id = c."ticketId" where t."userId" = $1 or c."authorId" = $1) as comments,
       (select count(*)::int from tickets where "assignedToUserId" = $1 and "userId" <> $1) as unassigned`,
    [userId],
  );
  return rows[0]!;
}
