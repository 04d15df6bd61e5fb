/** Rows of tickets and comments, as statements give them back. */
import type { SqlSession } from '@banyan/outbox';
import type { Ticket, TicketComment } from '../generated/schema/client.ts';

const times = (...names: readonly string[]) => names.map((name) => `"${name}" at time zone 'UTC' as "${name}"`).join(', ');

/** For `returning`. */
export const ticketColumns = `id, "userId", title, description, status, "assignedToUserId", ${times('createdAt', 'updatedAt')}`;
export const commentColumns = `id, "ticketId", "authorId", body, "isInternal", ${times('createdAt')}`;

export type TicketRow = Ticket;
export type CommentRow = TicketComment;

/** Until the transaction ends nobody else writes it. Undefined: it is gone. */
export async function lockTicket(session: SqlSession, id: string): Promise<TicketRow | undefined> {
  const { rows } = await session.query<TicketRow>(`select ${ticketColumns} from tickets where id = $1 for update`, [id]);
  return rows[0];
}
