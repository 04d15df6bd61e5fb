/** All events of Helpdesk, who publishes each and who reads it; what is not here cannot be published. */
import { eventCatalogue } from '@banyan/contract';
import { userCleanupDone, userCleanupFailed, userDeletionCancelled, userDeletionRequested } from './events/deletion.ts';
import { ticketAssigned, ticketCommentAdded, ticketCreated, ticketDeleted, ticketStatusChanged, ticketUpdated } from './events/ticket.ts';
import { passwordResetRequested, userCreated, userDeleted, userRoleChanged, userUpdated } from './events/user.ts';

export * from './events/deletion.ts';
export * from './events/ticket.ts';
export * from './events/user.ts';

/** The archive and the live view read all of them and are not listed. */
export const events = eventCatalogue([
  { contract: userCreated, publisher: 'user', consumers: ['bridge', 'notification', 'ticket'] },
  { contract: userUpdated, publisher: 'user', consumers: ['bridge', 'ticket'] },
  { contract: userRoleChanged, publisher: 'user', consumers: ['bridge'] },
  { contract: passwordResetRequested, publisher: 'user', consumers: ['bridge', 'notification'] },
  { contract: userDeletionRequested, publisher: 'user', consumers: ['ticket'] },
  { contract: userCleanupDone, publisher: ['ticket'], consumers: ['user'] },
  { contract: userCleanupFailed, publisher: ['ticket'], consumers: ['user'] },
  { contract: userDeletionCancelled, publisher: 'user', consumers: ['ticket'] },
  { contract: userDeleted, publisher: 'user', consumers: ['bridge', 'ticket'] },
  { contract: ticketCreated, publisher: 'ticket', consumers: ['bridge', 'notification'] },
  { contract: ticketUpdated, publisher: 'ticket', consumers: [] },
  { contract: ticketStatusChanged, publisher: 'ticket', consumers: ['bridge', 'notification'] },
  { contract: ticketAssigned, publisher: 'ticket', consumers: ['bridge', 'notification'] },
  { contract: ticketDeleted, publisher: 'ticket', consumers: ['bridge'] },
  { contract: ticketCommentAdded, publisher: 'ticket', consumers: [] },
]);
