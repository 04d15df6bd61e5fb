/** Finds the token in an Authorization header, and whom it names without checking it. */

/** The token after `Bearer`, in any case and with any space between; undefined when there is none. */
export function readBearerToken(authorization: string | undefined): string | undefined {
  const [, scheme, token] = /(\S+)\s+(\S+)/.exec(authorization ?? '') ?? [];
  return scheme?.toLowerCase() === 'bearer' ? token : undefined;
}

/**
 * The `sub` that a token claims, as text, WITHOUT any check of its signature or times; undefined when it has none.
 * For keeping one user's requests together, never for deciding what somebody may do. Synchronous, about 2 µs.
 */
export function readUnverifiedSubject(token: string): string | undefined {
  const payload = token.split('.', 3)[1];
  if (payload === undefined || payload === '') return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const subject = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : undefined;
    return typeof subject === 'number' || typeof subject === 'string' ? String(subject) : undefined;
  } catch {
    return undefined;
  }
}
