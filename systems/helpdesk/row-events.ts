/** What the monolith's rows tell while it owns them, as the services' own events; `migration.ts` names who tells what. */

import { rowEvent, type RowEvent, type RowsToEvents } from '@banyan/migration';
import { userCreated, userDeleted, userUpdated } from '@helpdesk/contracts/events';

/**
 * Who there is. A row does not say why it is otherwise than before, and nobody has to send mails for what the monolith does: of reset tokens, and of
 * who has said which role somebody has, nothing is told.
 */
export const eventsOfUsers: RowsToEvents = (changes) =>
  Promise.resolve(changes.filter(({ table, operation }) => table === 'public.users' && operation !== 'truncate').map(eventOfUser));

type Change = Parameters<RowsToEvents>[0][number];

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
