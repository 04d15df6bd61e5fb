/** What a token says; read, not verified: the server does that. */

/** Undefined for what is no token. */
export function claimsOfToken(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const letters = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.codePointAt(0) ?? 0);
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    return typeof claims === 'object' && claims !== null ? (claims as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // not a token
  }
}
