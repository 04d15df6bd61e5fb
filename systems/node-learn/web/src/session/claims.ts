/** Who a token says somebody is; read, not verified: the server does that. */

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
  try {
    const bytes = Uint8Array.from(
      atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
      (letter) => letter.codePointAt(0) ?? 0,
    );
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
    const { sub, email, name, isAdmin, exp } = claims;
    const id = Number(sub);
    if (!Number.isSafeInteger(id) || id <= 0 || typeof email !== 'string' || typeof exp !== 'number') return undefined;
    return { id, email, name: typeof name === 'string' ? name : email, isAdmin: isAdmin === true, until: exp * 1_000 };
  } catch {
    return undefined; // not a token
  }
}
