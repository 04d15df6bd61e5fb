/** The description of the API, kept by hand. */
import { schemas } from './schemas.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly tag: 'auth' | 'tickets' | 'admin' | 'health';
  readonly summary: string;
  /** Name of a schema; absent: no body. */
  readonly body?: string;
  /** Name of a schema, with `[]` behind it for a list; absent: no shape is promised. */
  readonly answer?: string;
  readonly isOpen?: true;
}

const operations: readonly Operation[] = [
  { method: 'post', path: '/auth/signup', tag: 'auth', summary: 'Create an account', body: 'Signup', answer: 'SignedUp', isOpen: true },
  { method: 'post', path: '/auth/login', tag: 'auth', summary: 'Log in', body: 'Login', answer: 'LoggedIn', isOpen: true },
  {
    method: 'post',
    path: '/auth/forgot-password',
    tag: 'auth',
    summary: 'Ask for a reset link',
    body: 'ForgotPassword',
    answer: 'Message',
    isOpen: true,
  },
  {
    method: 'post',
    path: '/auth/reset-password',
    tag: 'auth',
    summary: 'Choose a new password with a reset link',
    body: 'ResetPassword',
    answer: 'Message',
    isOpen: true,
  },
  { method: 'post', path: '/auth/change-password', tag: 'auth', summary: 'Change the password', body: 'ChangePassword', answer: 'Message' },
  { method: 'post', path: '/tickets', tag: 'tickets', summary: 'Create a ticket', body: 'CreateTicket', answer: 'Ticket' },
  { method: 'get', path: '/tickets', tag: 'tickets', summary: 'List tickets', answer: 'Ticket[]' },
  { method: 'get', path: '/tickets/inbox', tag: 'tickets', summary: 'Tickets assigned to me', answer: 'Ticket[]' },
  { method: 'get', path: '/tickets/{id}', tag: 'tickets', summary: 'One ticket', answer: 'Ticket' },
  { method: 'patch', path: '/tickets/{id}', tag: 'tickets', summary: 'Change the status', body: 'UpdateTicket', answer: 'Ticket' },
  { method: 'delete', path: '/tickets/{id}', tag: 'tickets', summary: 'Delete a ticket', answer: 'Message' },
  { method: 'patch', path: '/tickets/{id}/assign', tag: 'tickets', summary: 'Assign or unassign', body: 'AssignTicket', answer: 'Ticket' },
  { method: 'get', path: '/tickets/{id}/audit', tag: 'tickets', summary: 'History of a ticket', answer: 'AuditEvent[]' },
  { method: 'post', path: '/tickets/{id}/comments', tag: 'tickets', summary: 'Add a comment', body: 'AddComment', answer: 'Comment' },
  { method: 'get', path: '/tickets/{id}/comments', tag: 'tickets', summary: 'Comments of a ticket', answer: 'Comment[]' },
  { method: 'get', path: '/admin/agents', tag: 'admin', summary: 'Everybody a ticket can be assigned to', answer: 'User[]' },
  { method: 'get', path: '/admin/users', tag: 'admin', summary: 'All users', answer: 'User[]' },
  { method: 'get', path: '/admin/dashboard/statistics', tag: 'admin', summary: 'Numbers of tickets', answer: 'Statistics' },
  { method: 'patch', path: '/admin/users/{id}/role', tag: 'admin', summary: 'Change a role', body: 'ChangeRole', answer: 'User' },
  { method: 'delete', path: '/admin/users/{id}', tag: 'admin', summary: 'Delete a user', answer: 'Message' },
  { method: 'get', path: '/health', tag: 'health', summary: 'Is the program there', isOpen: true },
  { method: 'get', path: '/ready', tag: 'health', summary: 'Can the program serve', isOpen: true },
  { method: 'get', path: '/metrics', tag: 'health', summary: 'Metrics for Prometheus', isOpen: true },
];

function describe({ path, tag, summary, body, answer, isOpen }: Operation): object {
  return {
    summary,
    parameters: path.includes('{id}') ? [{ name: 'id', required: true, in: 'path', schema: { type: 'string' } }] : [],
    ...(body !== undefined && { requestBody: { required: true, content: json(reference(body)) } }),
    responses: { 200: { description: summary, ...(answer !== undefined && { content: json(shapeOf(answer)) }) } },
    tags: [tag],
    ...(isOpen === undefined && { security: [{ bearer: [] }] }),
  };
}

function shapeOf(answer: string): object {
  return answer.endsWith('[]') ? { type: 'array', items: reference(answer.slice(0, -2)) } : reference(answer);
}

function reference(schema: string): object {
  return { $ref: `#/components/schemas/${schema}` };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

const ofOnePath = (all: readonly Operation[]) => Object.fromEntries(all.map((operation) => [operation.method, describe(operation)]));

export const openApi = {
  openapi: '3.0.0',
  paths: Object.fromEntries([...Map.groupBy(operations, ({ path }) => path)].map(([path, all]) => [path, ofOnePath(all)])),
  info: { title: 'Helpdesk Ticketing API', description: 'Tickets, comments, audit and administration.', version: '1.0', contact: {} },
  tags: [
    { name: 'auth', description: 'Accounts' },
    { name: 'tickets', description: 'Tickets, comments, history' },
    { name: 'admin', description: 'Administration' },
    { name: 'health', description: 'Probes' },
  ],
  servers: [],
  components: {
    securitySchemes: { bearer: { scheme: 'bearer', bearerFormat: 'JWT', type: 'http' } },
    schemas,
  },
};
