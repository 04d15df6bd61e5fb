// The JSON that Helpdesk answers: who is shown how, in which order, and the bodies of errors.
import { checkEqual, type HttpAnswer } from '@banyan/proof';

export type Role = 'AGENT' | 'ADMIN';
export type Status = 'OPEN' | 'IN_PROGRESS' | 'DONE';

export interface UserReference {
  readonly id: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export interface TicketCore {
  readonly id: string;
  readonly userId: string;
  readonly title: string;
  readonly description: string;
  readonly status: Status;
  readonly assignedToUserId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TicketView extends TicketCore {
  readonly user: UserReference;
  readonly assignedTo: UserReference | null;
}

export interface Comment {
  readonly id: string;
  readonly ticketId: string;
  readonly authorId: string;
  readonly body: string;
  readonly isInternal: boolean;
  readonly createdAt: string;
  readonly author: UserReference & { readonly role: Role };
}

export interface AuditEvent {
  readonly id: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly actor: UserReference | null;
}

export const userKeys = ['id', 'email', 'firstName', 'lastName'];
export const ticketKeys = ['id', 'userId', 'title', 'description', 'status', 'assignedToUserId', 'createdAt', 'updatedAt'];
export const commentKeys = ['id', 'ticketId', 'authorId', 'body', 'isInternal', 'createdAt', 'author'];
export const auditKeys = ['id', 'actorId', 'action', 'entityType', 'entityId', 'metadata', 'createdAt', 'actor'];

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Of any kind: an entry that follows from an event has the event's. */
const uuid = /^[\da-f]{8}-[\da-f]{4}-[47][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** The keys of an object, in their order. */
export function checkKeys(value: object, keys: readonly string[], what: string): void {
  checkEqual(Object.keys(value), keys, `${what}, keys in order`);
}

/** Names of the fields whose text is no time as answers have it, or no id. */
export function oddFields(value: Readonly<Record<string, unknown>>): string[] {
  const isOdd = (name: string, text: unknown) =>
    (name.endsWith('At') && !isoTime.test(String(text))) || (name === 'id' && !uuid.test(String(text)));
  return Object.entries(value)
    .filter(([name, text]) => text !== null && isOdd(name, text))
    .map(([name]) => name);
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
};

/** What a rule of the product refuses; the text is compared, so that the order of keys is as well. */
export function checkRefused(answer: HttpAnswer, statusCode: number, message: string | readonly string[], what: string): void {
  checkBody(answer, statusCode, { message, error: reasons[statusCode], statusCode }, what);
}

/** Who has no good token. */
export function checkUnauthorized(answer: HttpAnswer, what: string): void {
  checkBody(answer, 401, { message: 'Unauthorized', statusCode: 401 }, what);
}

/** What nobody has foreseen. */
export function checkFailed(answer: HttpAnswer, what: string): void {
  checkBody(answer, 500, { statusCode: 500, message: 'Internal server error' }, what);
}

function checkBody(answer: HttpAnswer, status: number, body: object, what: string): void {
  checkEqual([answer.status, answer.text], [status, JSON.stringify(body)], what);
}
