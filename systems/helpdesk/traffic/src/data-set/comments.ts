/** What was said about tickets: a fifth of it internal, one in a hundred empty. */
import { daysBeforeEnd, type Invention, toTime } from './invention.ts';
import type { CommentRow, TicketRow, UserRow } from './rows.ts';
import { inventComment } from './titles.ts';

const commentsPerScale = 3_500;

export function inventComments(
  invention: Invention,
  tickets: readonly TicketRow[],
  users: readonly UserRow[],
  scale: number,
): CommentRow[] {
  const count = commentsPerScale * scale;
  const turns = invention.shuffled(Array.from({ length: count }, (_, index) => index));
  return turns.map((turn) => {
    const ticket = invention.pick(tickets);
    const from = Date.parse(ticket.createdAt);
    return {
      id: invention.id(),
      ticketId: ticket.id,
      authorId: invention.pick(users).id,
      body: turn < count * 0.01 ? '' : inventComment(invention),
      isInternal: turn >= count * 0.5 && turn < count * 0.7,
      createdAt: toTime(from + Math.ceil((daysBeforeEnd(0) - from) * invention.next())),
    };
  });
}
