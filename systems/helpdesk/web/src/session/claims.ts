/** Who a token says somebody is; read, not verified: the server does that, and goes by what it knows of that person now. */
import { claimsOfToken } from '@banyan/web/token-claims';
import type { Role } from '../api/routes.ts';

export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
}

/** Undefined for what is no token, or one that names nobody. */
export function userOfToken(token: string): SignedInUser | undefined {
  const { sub, email, role } = claimsOfToken(token) ?? {};
  if (typeof sub !== 'string' || typeof email !== 'string') return undefined;
  return { id: sub, email, role: role === 'ADMIN' ? 'ADMIN' : 'AGENT' };
}
