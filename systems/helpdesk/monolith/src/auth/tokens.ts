/** Issues and reads the tokens that say who is asking. */
import type { Request } from 'express';
import jsonwebtoken from 'jsonwebtoken';
import { defaultJwtSecret } from '../environment.ts';

/** Read once, when the program is loaded. */
const signingSecret = process.env.JWT_SECRET || defaultJwtSecret;

export interface TokenPayload {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
}

/** A token for seven days. */
export function issueToken(user: { id: string; email: string; role: string }): string {
  const payload: TokenPayload = { sub: user.id, email: user.email, role: user.role };
  return jsonwebtoken.sign(payload, signingSecret, { expiresIn: '7d' });
}

/** The payload of the request's bearer token; throws when there is none or it does not verify. */
export function readToken(request: Request, secret: string): TokenPayload {
  const [, scheme, token = ''] = /(\S+)\s+(\S+)/.exec(request.headers.authorization ?? '') ?? [];
  if (scheme?.toLowerCase() !== 'bearer') throw new Error('No auth token');
  return jsonwebtoken.verify(token, secret) as unknown as TokenPayload;
}
