/** Who a token says somebody is; read, not verified: the server does that. */
import { claimsOfToken } from '@banyan/web/token-claims';

export interface SignedInUser {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly isAdmin: boolean;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** Undefined for what is no token, or one that names nobody. */
export function userOfToken(token: string): SignedInUser | undefined {
  const { sub, email, name, isAdmin, exp } = claimsOfToken(token) ?? {};
  const id = Number(sub);
  if (!Number.isSafeInteger(id) || id <= 0 || typeof email !== 'string' || typeof exp !== 'number') return undefined;
  return { id, email, name: typeof name === 'string' ? name : email, isAdmin: isAdmin === true, until: exp * 1_000 };
}
