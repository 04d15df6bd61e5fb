/** Tokens that say who somebody is, as the monolith issues them. */
import type { Tokens } from '@banyan/identity';

/** For injection: issues and verifies tokens. */
export const TOKENS = Symbol('tokens');

export function issueToken(tokens: Tokens, { id, email, role }: { id: string; email: string; role: string }): Promise<string> {
  return tokens.sign({ sub: id, email, role });
}
