// Tokens as a stranger could make them: signed with any secret, expired, without an algorithm.
import { createHmac } from 'node:crypto';

export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512';

const defaultLifetimeS = 604_800;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a token says of somebody; `iat` and `exp` in seconds since 1970. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** Issued now, for seven days, unless the claims say otherwise; one that is undefined is left out. */
export function signToken(claims: TokenClaims, secret: string, algorithm: TokenAlgorithm = 'HS256'): string {
  const issuedAt = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode({ iat: issuedAt, exp: issuedAt + defaultLifetimeS, ...claims })}`;
  return `${content}.${createHmac(`sha${algorithm.slice(2)}`, secret)
    .update(content)
    .digest('base64url')}`;
}

/** Signed by nobody, `alg` says so. */
export function unsignedToken(claims: TokenClaims): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
}

/** What a token says, without asking whether it is true. */
export function claimsOf(token: string): TokenClaims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as TokenClaims;
}
