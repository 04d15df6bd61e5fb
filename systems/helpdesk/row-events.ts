/** What the monolith's rows tell while it owns them, as the services' own events; `migration.ts` names who tells what. */

import { rowEvent, type RowEvent, type RowsToEvents } from '@banyan/migration';
import { type TicketStatus, ticketStatuses } from '@helpdesk/contracts';
import {
  ticketCommentAdded,
  ticketCreated,
  ticketDeleted,
  ticketUpdated,
  userCreated,
  userDeleted,
  userUpdated,
} from '@helpdesk/contracts/events';

/**
 * Who there is. A row does not say why it is otherwise than before, and nobody has to send mails for what the monolith does: of reset tokens, and of
 * who has said which role somebody has, nothing is told.
 */
export const eventsOfUsers: RowsToEvents = (changes) =>
  Promise.resolve(changes.filter(({ table, operation }) => table === 'public.users' && operation !== 'truncate').map(eventOfUser));

/**
 * What happens to tickets. Who has done it, and which status a ticket had before, no row says: of changes of status and of assignments only that there
 * was something is told.
 */
export const eventsOfTickets: RowsToEvents = (changes) => Promise.resolve(changes.flatMap((change) => eventOfTicket(change) ?? []));

type Change = Parameters<RowsToEvents>[0][number];

function eventOfTicket(change: Change): RowEvent | undefined {
  const { table, operation, row } = change;
  if (table === 'public.ticket_comments') return operation === 'insert' && row !== undefined ? eventOfComment(change, row) : undefined;
  if (table !== 'public.tickets' || operation === 'truncate') return undefined;
  const ticketId = change.key['id'] ?? '';
  if (row === undefined) {
    const deletedAt = new Date().toISOString();
    return rowEvent(ticketDeleted, { ticketId, userId: null, actorId: null, commentCount: null, deletedAt }, change);
  }
  const ticket = { ticketId, userId: row['userId'] ?? '', status: statusOf(row['status']) };
  if (operation === 'insert') {
    const said = { title: row['title'] ?? '', description: row['description'] ?? '' };
    return rowEvent(ticketCreated, { ...ticket, ...said, createdAt: timeOf(row['createdAt']), userEmail: null }, change);
  }
  return rowEvent(ticketUpdated, { ...ticket, actorId: null, changed: [], updatedAt: timeOf(row['updatedAt']) }, change);
}

function eventOfComment(change: Change, row: NonNullable<Change['row']>): RowEvent {
  const comment = {
    commentId: change.key['id'] ?? '',
    ticketId: row['ticketId'] ?? '',
    authorId: row['authorId'] ?? '',
    isInternal: row['isInternal'] === 't',
    bodyLength: (row['body'] ?? '').length,
    createdAt: timeOf(row['createdAt']),
  };
  return rowEvent(ticketCommentAdded, comment, change);
}

function statusOf(text: string | null | undefined): TicketStatus {
  return ticketStatuses.find((status) => status === text) ?? 'OPEN';
}

function eventOfUser(change: Change): RowEvent {
  const { row, operation, key } = change;
  const userId = key['id'] ?? '';
  if (row === undefined) {
    const deletedAt = new Date().toISOString();
    return rowEvent(userDeleted, { userId, email: null, role: null, actorId: null, deletedAt }, change);
  }
  const person = {
    userId,
    email: row['email'] ?? '',
    firstName: row['firstName'] ?? null,
    lastName: row['lastName'] ?? null,
    role: row['role'] === 'ADMIN' ? ('ADMIN' as const) : ('AGENT' as const),
    updatedAt: timeOf(row['updatedAt']),
  };
  if (operation === 'insert') return rowEvent(userCreated, { ...person, createdAt: timeOf(row['createdAt']) }, change);
  return rowEvent(userUpdated, { ...person, changed: [], cause: 'unknown' }, change);
}

/** PostgreSQL's text of a timestamp without zone, which is UTC. */
function timeOf(text: string | null | undefined): string {
  return new Date(`${(text ?? '').replace(' ', 'T')}Z`).toISOString();
}
