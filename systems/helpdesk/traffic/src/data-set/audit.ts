/** The history: one entry for everything that was done, oldest first. */
import { daysBeforeEnd, type Invention, toTime } from './invention.ts';
import type { GoneUser } from './people.ts';
import type { InventedResets } from './reset-tokens.ts';
import type { AuditRow, UserRow } from './rows.ts';
import type { InventedTickets, TicketEvent } from './tickets.ts';

export interface Happened {
  readonly users: readonly UserRow[];
  readonly gone: readonly GoneUser[];
  readonly made: InventedTickets;
  readonly resets: InventedResets;
}

type Entry = Omit<AuditRow, 'id' | 'createdAt'> & { readonly at: number };

export function inventAudit(invention: Invention, happened: Happened): AuditRow[] {
  const entries = [...ofUsers(happened), ...ofTickets(happened)].sort((one, other) => one.at - other.at);
  return entries.map(({ at, ...entry }) => ({ id: invention.id(), ...entry, createdAt: toTime(at) }));
}

function ofUsers({ users, gone, resets }: Happened): Entry[] {
  const about = (action: string, actorId: string | null, entityId: string, at: number, metadata = {}): Entry => ({
    actorId,
    action,
    entityType: 'user',
    entityId,
    metadata,
    at,
  });
  const administrator = users[0]!.id;
  const promoted = users.filter(({ role }) => role === 'ADMIN').slice(1);
  return [
    ...users.map(({ id, createdAt }) => about('user.signup', id, id, Date.parse(createdAt))),
    ...gone.map(({ id, signedUpAt }) => about('user.signup', null, id, signedUpAt)),
    ...gone.map(({ id, deletedAt, email, role }) => about('user.deleted', administrator, id, deletedAt, { email, role })),
    ...resets.requests.map(({ userId, at }) => about('user.forgot_password_requested', userId, userId, at)),
    ...resets.resets.map(({ userId, at }) => about('user.password_reset', userId, userId, at)),
    ...promoted.flatMap(({ id }, index) => [
      about('user.role_changed', null, id, daysBeforeEnd(120 - index), { oldRole: 'AGENT', newRole: 'ADMIN' }),
      // Asked without a role: nothing changes, and it is noted all the same.
      about('user.role_changed', null, id, daysBeforeEnd(90 - index), { oldRole: 'ADMIN' }),
    ]),
    ...[5, 6, 7].map((index) =>
      about('user.role_changed', null, users[index]!.id, daysBeforeEnd(60 + index), { oldRole: 'AGENT', newRole: 'AGENT' }),
    ),
  ];
}

function ofTickets({ made }: Happened): Entry[] {
  const about = (action: string, actorId: string | null, entityId: string, at: number, metadata = {}): Entry => ({
    actorId,
    action,
    entityType: 'ticket',
    entityId,
    metadata,
    at,
  });
  return [
    ...made.tickets.map(({ id, userId, createdAt }) => about('ticket.created', userId, id, Date.parse(createdAt))),
    ...made.deleted.flatMap(({ id, ownerId, createdAt, deletedAt }) => [
      about('ticket.created', ownerId, id, createdAt),
      about('ticket.deleted', ownerId, id, deletedAt),
    ]),
    ...made.events.map((event) => {
      const { action, metadata } = describe(event);
      return about(action, event.actorId, event.ticket.id, event.at, metadata);
    }),
  ];
}

function describe({ change }: TicketEvent): { action: string; metadata: object } {
  if (change.kind === 'status') {
    const { oldStatus, newStatus } = change;
    return { action: 'ticket.status_changed', metadata: { oldStatus, newStatus } };
  }
  const assignedToUserId = change.assignee?.id ?? null;
  return { action: assignedToUserId === null ? 'ticket.unassigned' : 'ticket.assigned', metadata: { assignedToUserId } };
}
