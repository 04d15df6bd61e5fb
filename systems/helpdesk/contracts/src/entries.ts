/** The entries of the audit that follow from what happens, as the monolith writes them. */
import { type EventContract, type EventData, type EventEnvelope, isRowEvent } from '@banyan/contract';
import { ticketAssigned, ticketCreated, ticketDeleted, ticketStatusChanged } from './events/ticket.ts';
import { passwordResetRequested, userCreated, userDeleted, userRoleChanged, userUpdated } from './events/user.ts';

export interface Entry {
  /** Null: nobody in particular. */
  readonly actorId: string | null;
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly metadata: object;
}

/** Undefined where the monolith notes nothing, and of what its own rows tell: that it has noted itself. */
export function entryOf(event: EventEnvelope): Entry | undefined {
  return isRowEvent(event) ? undefined : entries.get(event.type)?.(event.data);
}

const entries: ReadonlyMap<string, (data: unknown) => Entry | undefined> = new Map([
  noting(userCreated, ({ userId }) => ofUser(userId, userId, 'user.signup')),
  noting(passwordResetRequested, ({ userId }) => ofUser(userId, userId, 'user.forgot_password_requested')),
  noting(userUpdated, ({ userId, cause }) => (cause === 'password_reset' ? ofUser(userId, userId, 'user.password_reset') : undefined)),
  // The monolith has never noted who has changed a role.
  noting(userRoleChanged, ({ userId, oldRole, newRole }) =>
    ofUser(userId, null, 'user.role_changed', { oldRole, ...(newRole === undefined ? {} : { newRole }) }),
  ),
  noting(userDeleted, ({ userId, actorId, email, role }) => ofUser(userId, actorId, 'user.deleted', { email, role })),
  noting(ticketCreated, ({ ticketId, userId }) => ofTicket(ticketId, userId, 'ticket.created')),
  noting(ticketStatusChanged, ({ ticketId, actorId, oldStatus, newStatus }) =>
    ofTicket(ticketId, actorId, 'ticket.status_changed', { oldStatus, newStatus }),
  ),
  // To whom it is given is in the entry as it was asked for: also not at all.
  noting(ticketAssigned, ({ ticketId, actorId, ...data }) =>
    ofTicket(
      ticketId,
      actorId,
      data.assignedToUserId ? 'ticket.assigned' : 'ticket.unassigned',
      'assignedToUserId' in data ? { assignedToUserId: data.assignedToUserId } : {},
    ),
  ),
  // What ended with its owner is not noted.
  noting(ticketDeleted, ({ ticketId, actorId }) => (actorId === null ? undefined : ofTicket(ticketId, actorId, 'ticket.deleted'))),
]);

function noting<Contract extends EventContract>(contract: Contract, toEntry: (data: EventData<Contract>) => Entry | undefined) {
  return [contract.type, toEntry as (data: unknown) => Entry | undefined] as const;
}

function ofUser(entityId: string, actorId: string | null, action: string, metadata: object = {}): Entry {
  return { entityType: 'user', entityId, actorId, action, metadata };
}

function ofTicket(entityId: string, actorId: string | null, action: string, metadata: object = {}): Entry {
  return { entityType: 'ticket', entityId, actorId, action, metadata };
}
