// Tokens as a stranger could make them: signed with any secret, expired, without an algorithm.
import { createHmac } from 'node:crypto';

export interface Claims {
  readonly sub?: number;
  readonly email?: string;
  readonly name?: string;
  readonly isAdmin?: boolean;
  readonly iat?: number;
  readonly exp?: number;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signToken(claims: Claims, secret: string): string {
  const issuedAt = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iat: issuedAt, exp: issuedAt + 604_800, ...claims })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** Signed by nobody, `alg` says so. */
export function unsignedToken(claims: Claims): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
}

export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
}
