/** The rows of the data set, as the columns of the tables are called. Times are ISO 8601 in UTC. */
import type { ColumnTypes } from '@banyan/proof';

export type Role = 'AGENT' | 'ADMIN';
export type Status = 'OPEN' | 'IN_PROGRESS' | 'DONE';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly role: Role;
}

export interface TicketRow {
  readonly id: string;
  readonly userId: string;
  readonly title: string;
  readonly description: string;
  readonly status: Status;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly assignedToUserId: string | null;
}

export interface CommentRow {
  readonly id: string;
  readonly ticketId: string;
  readonly authorId: string;
  readonly body: string;
  readonly isInternal: boolean;
  readonly createdAt: string;
}

export interface AuditRow {
  readonly id: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly entityType: 'ticket' | 'user';
  readonly entityId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export interface MailRow {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly sent: boolean;
  readonly sentAt: string | null;
  readonly error: string | null;
  readonly attempts: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ResetTokenRow {
  readonly id: string;
  readonly userId: string;
  readonly tokenHash: string;
  readonly expiresAt: string;
  readonly used: boolean;
  readonly createdAt: string;
}

/** By table, in the order in which they can be filled. */
export interface DataSet {
  readonly users: readonly UserRow[];
  readonly tickets: readonly TicketRow[];
  readonly ticket_comments: readonly CommentRow[];
  readonly password_reset_tokens: readonly ResetTokenRow[];
  readonly email_outbox: readonly MailRow[];
  readonly audit_events: readonly AuditRow[];
}

const time = 'timestamp';

export const columnTypes: Readonly<Record<keyof DataSet, ColumnTypes>> = {
  users: {
    id: 'text',
    email: 'text',
    password: 'text',
    firstName: 'text',
    lastName: 'text',
    createdAt: time,
    updatedAt: time,
    role: '"UserRole"',
  },
  tickets: {
    id: 'text',
    userId: 'text',
    title: 'text',
    description: 'text',
    status: '"TicketStatus"',
    createdAt: time,
    updatedAt: time,
    assignedToUserId: 'text',
  },
  ticket_comments: { id: 'text', ticketId: 'text', authorId: 'text', body: 'text', isInternal: 'boolean', createdAt: time },
  password_reset_tokens: { id: 'text', userId: 'text', tokenHash: 'text', expiresAt: time, used: 'boolean', createdAt: time },
  email_outbox: {
    id: 'text',
    to: 'text',
    subject: 'text',
    body: 'text',
    sent: 'boolean',
    sentAt: time,
    error: 'text',
    attempts: 'integer',
    createdAt: time,
    updatedAt: time,
  },
  audit_events: {
    id: 'text',
    actorId: 'text',
    action: 'text',
    entityType: 'text',
    entityId: 'text',
    metadata: 'jsonb',
    createdAt: time,
  },
};
