/** What people are called. */
import type { UserReference } from '../api/routes.ts';

/** Who gave no name is called by the e-mail. */
export function nameOf({ firstName, lastName, email }: UserReference): string {
  const name = [firstName, lastName].map((part) => part?.trim() ?? '').filter((part) => part !== '');
  return name.length === 0 ? email : name.join(' ');
}

/** For a choice among many, of whom some have the same name. */
export function distinctNameOf(user: UserReference): string {
  const name = nameOf(user);
  return name === user.email ? name : `${name} (${user.email})`;
}
