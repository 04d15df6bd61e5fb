/** How a user is shown: to clients, to other services, in events. Never with the hash of the password. */
import type { User } from '../generated/schema/client.ts';

/** A row, as statements give it back. */
export type UserRow = Omit<User, 'password'>;

/** For `returning`. */
export const userColumns = `id, email, "firstName", "lastName", role, "createdAt" at time zone 'UTC' as "createdAt", "updatedAt" at time zone 'UTC' as "updatedAt"`;

export function toReference({ id, email, firstName, lastName }: UserRow) {
  return { id, email, firstName, lastName };
}

/** What every event about a user's row says. */
export function toPerson({ id, email, firstName, lastName, role, updatedAt }: UserRow) {
  return { userId: id, email, firstName, lastName, role, updatedAt: updatedAt.toISOString() };
}
