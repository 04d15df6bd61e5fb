/** What people say about tickets; everybody who is signed in may say something about any. */
import { randomUUID } from 'node:crypto';
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, Transactions } from '@banyan/outbox';
import { ticketCommentAdded } from '@helpdesk/contracts/events';
import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { People } from '../people/people.ts';
import { holdPeople } from '../people/rows.ts';
import { TICKET_SETTINGS, type TicketSettings } from '../settings.ts';
import type { AddCommentBody } from './ticket.dto.ts';
import { commentColumns, type CommentRow } from './ticket-rows.ts';
import { Tickets } from './tickets.ts';

@Injectable()
export class Comments {
  constructor(
    @Inject(TICKET_SETTINGS) private readonly settings: TicketSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<typeof ticketCommentAdded>,
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(People) private readonly people: People,
  ) {}

  async add(ticketId: string, given: AddCommentBody, authorId: string): Promise<object> {
    if (this.settings.FLAGS.has('fix.validation')) refuseOdd(given);
    await this.tickets.require(ticketId);
    const { body, isInternal } = readComment(given);
    const author = (await this.people.named([authorId])).get(authorId) ?? null;
    const comment = await this.transactions.run(async ({ session }) => {
      await holdPeople(session, [authorId]);
      const { rows } = await session.query<CommentRow>(
        `insert into ticket_comments (id, "ticketId", "authorId", body, "isInternal", "createdAt") values ($1, $2, $3, $4, $5, $6)
         returning ${commentColumns}`,
        [randomUUID(), ticketId, authorId, body, isInternal, new Date().toISOString()],
      );
      const [added] = rows as [CommentRow];
      const createdAt = added.createdAt.toISOString();
      this.outbox.publish(ticketCommentAdded, { commentId: added.id, ticketId, authorId, isInternal, bodyLength: body.length, createdAt });
      return added;
    });
    return { ...comment, author };
  }
}

function refuseOdd({ body, isInternal }: AddCommentBody): void {
  const problems = [
    ...(typeof body === 'string' ? [] : ['body must be a string']),
    ...(isInternal === undefined || typeof isInternal === 'boolean' ? [] : ['isInternal must be a boolean value']),
  ];
  if (problems.length > 0) throw new BadRequestException(problems);
}

/** As generously as the monolith, whose database layer fails at the rest: whatever counts as true is true, and what counts as false has to be false. */
function readComment({ body, isInternal = false }: AddCommentBody): { body: string; isInternal: boolean } {
  if (typeof body !== 'string') throw new Error('A comment is a text');
  if (!isInternal && isInternal !== false) throw new Error('A comment is internal or not');
  return { body, isInternal: isInternal !== false };
}
