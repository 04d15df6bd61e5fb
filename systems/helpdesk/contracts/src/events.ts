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
  { contract: userCreated, publisher: 'user', consumers: ['audit', 'bridge', 'notification', 'ticket'] },
  { contract: userUpdated, publisher: 'user', consumers: ['audit', 'bridge', 'ticket'] },
  { contract: userRoleChanged, publisher: 'user', consumers: ['audit', 'bridge'] },
  { contract: passwordResetRequested, publisher: 'user', consumers: ['audit', 'bridge', 'notification'] },
  { contract: userDeletionRequested, publisher: 'user', consumers: ['audit', 'ticket'] },
  { contract: userCleanupDone, publisher: ['ticket'], consumers: ['audit', 'user'] },
  { contract: userCleanupFailed, publisher: ['ticket'], consumers: ['audit', 'user'] },
  { contract: userDeletionCancelled, publisher: 'user', consumers: ['audit', 'ticket'] },
  { contract: userDeleted, publisher: 'user', consumers: ['admin', 'audit', 'bridge', 'ticket'] },
  { contract: ticketCreated, publisher: 'ticket', consumers: ['admin', 'audit', 'bridge', 'notification'] },
  { contract: ticketUpdated, publisher: 'ticket', consumers: ['audit'] },
  { contract: ticketStatusChanged, publisher: 'ticket', consumers: ['admin', 'audit', 'bridge', 'notification'] },
  { contract: ticketAssigned, publisher: 'ticket', consumers: ['audit', 'bridge', 'notification'] },
  { contract: ticketDeleted, publisher: 'ticket', consumers: ['admin', 'audit', 'bridge'] },
  { contract: ticketCommentAdded, publisher: 'ticket', consumers: ['audit'] },
]);
