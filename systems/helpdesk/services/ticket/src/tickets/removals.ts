/** What goes with a user: their tickets with all that was said about them, what they have said elsewhere, and what was theirs to do becomes nobody's. */
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent, OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, SqlSession, Transactions } from '@banyan/outbox';
import { ticketDeleted, ticketUpdated, userDeleted } from '@helpdesk/contracts/events';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { ownsTickets } from './ownership.ts';
import type { TicketRow } from './ticket-rows.ts';

@Injectable()
export class Removals {
  constructor(
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<typeof ticketDeleted | typeof ticketUpdated>,
  ) {}

  /**
   * Of somebody whose rows nobody sees any more. Runs after the copy of users, in the same transaction: whoever writes for this user meanwhile comes wholly
   * before, or is refused. While the monolith owns the tickets it removes its own. Behind the fence of a cutover the statements fail, and the event is
   * handled again.
   */
  @OnEvent(userDeleted, { replayable: true })
  async removeOfUser({ data: { userId } }: EventEnvelope<EventData<typeof userDeleted>>): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      await session.query('select from people where id = $1 for update', [userId]);
      if (!(await ownsTickets(session))) return;
      await this.removeTickets(session, userId);
      await session.query('delete from ticket_comments where "authorId" = $1', [userId]);
      await this.unassign(session, userId);
      crashPoint('ticket.deletion.removed');
    });
  }

  private async removeTickets(session: SqlSession, userId: string): Promise<void> {
    const { rows } = await session.query<{ id: string; comments: number }>(
      `with gone as (delete from tickets where "userId" = $1 returning id)
       select id, (select count(*)::int from ticket_comments where "ticketId" = gone.id) as comments from gone order by id`,
      [userId],
    );
    const deletedAt = new Date().toISOString();
    for (const { id: ticketId, comments: commentCount } of rows)
      this.outbox.publish(ticketDeleted, { ticketId, userId, actorId: null, commentCount, deletedAt });
  }

  /** The time of the ticket stays, as where a foreign key does it. */
  private async unassign(session: SqlSession, assigneeId: string): Promise<void> {
    const { rows } = await session.query<Pick<TicketRow, 'id' | 'userId' | 'status' | 'updatedAt'>>(
      `update tickets set "assignedToUserId" = null where "assignedToUserId" = $1 returning id, "userId", status, "updatedAt" at time zone 'UTC' as "updatedAt"`,
      [assigneeId],
    );
    for (const { id: ticketId, userId, status, updatedAt } of rows)
      this.outbox.publish(ticketUpdated, {
        ticketId,
        userId,
        actorId: null,
        status,
        changed: ['assignedToUserId'],
        updatedAt: updatedAt.toISOString(),
      });
  }
}
