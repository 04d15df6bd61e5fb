/** The routes the page asks, and what they answer when all is well. */

export type Role = 'AGENT' | 'ADMIN';

export type Status = 'OPEN' | 'IN_PROGRESS' | 'DONE';

export interface UserReference {
  readonly id: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export interface Account extends UserReference {
  readonly role: Role;
}

export interface Ticket {
  readonly id: string;
  readonly userId: string;
  readonly title: string;
  readonly description: string;
  readonly status: Status;
  readonly createdAt: string;
  readonly user: UserReference;
  readonly assignedTo: UserReference | null;
}

export interface Comment {
  readonly id: string;
  readonly body: string;
  readonly isInternal: boolean;
  readonly createdAt: string;
  readonly author: UserReference;
}

export interface HistoryEntry {
  readonly id: string;
  readonly action: string;
  readonly metadata: object;
  readonly createdAt: string;
  readonly actor: UserReference | null;
}

export interface Statistics {
  readonly totalTickets: number;
  readonly openTickets: number;
  readonly inProgressTickets: number;
  readonly doneTickets: number;
}

interface Message {
  readonly message: string;
}

export interface Answers {
  'POST /auth/signup': { readonly token: string };
  /** Some sides leave the role out; the token has it. */
  'POST /auth/login': { readonly user: UserReference & { readonly role?: Role }; readonly token: string };
  'POST /auth/forgot-password': Message;
  'POST /auth/reset-password': Message;
  'POST /auth/change-password': Message;
  /** Not everybody answers it: the monolith has no such route. */
  'GET /auth/me': Account;
  'GET /tickets': readonly Ticket[];
  'POST /tickets': object;
  'GET /tickets/inbox': readonly Ticket[];
  'GET /tickets/:id': Ticket;
  'PATCH /tickets/:id': Ticket;
  'PATCH /tickets/:id/assign': object;
  'DELETE /tickets/:id': Message;
  'GET /tickets/:id/audit': readonly HistoryEntry[];
  'GET /tickets/:id/comments': readonly Comment[];
  'POST /tickets/:id/comments': Comment;
  'GET /admin/users': readonly Account[];
  'GET /admin/dashboard/statistics': Statistics;
  'PATCH /admin/users/:id/role': Account;
  'DELETE /admin/users/:id': Message;
}
