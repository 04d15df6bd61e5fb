/** Issues and reads the tokens that say who is asking. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import jsonwebtoken from 'jsonwebtoken';
import { ENVIRONMENT, type Environment } from '../environment.ts';
import type { User } from '../users/user.entity.ts';

export interface TokenPayload {
  readonly sub?: unknown;
  readonly email?: unknown;
  readonly name?: string;
  readonly isAdmin?: boolean;
}

/** The one who asks, as told by the token alone. */
export interface CurrentUser {
  readonly id: number;
  readonly email: string;
  readonly name: string | undefined;
  readonly isAdmin: boolean | undefined;
}

@Injectable()
export class TokenService {
  private readonly logger = new Logger(TokenService.name);
  private readonly signingSecret: string | undefined;
  private readonly verifyingSecret: string;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.signingSecret = environment.jwtSecret;
    this.verifyingSecret = environment.jwtSecret || 'fallback-secret';
    if (!environment.jwtSecret) this.logger.warn('JWT_SECRET is not set: nobody can sign in.');
  }

  /** A token for seven days. */
  issue(user: User): string {
    const payload = { sub: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin };
    return jsonwebtoken.sign(payload, this.signingSecret as string, { algorithm: 'HS256', expiresIn: '7d' });
  }

  /** The payload of the request's bearer token; throws when there is none or it does not verify. */
  verify(request: Request): TokenPayload {
    const token = bearerTokenOf(request);
    if (token === undefined) throw new Error('No auth token');
    return jsonwebtoken.verify(token, this.verifyingSecret, { algorithms: ['HS256'] });
  }
}

/** Undefined when the payload does not say who the user is. */
export function payloadToUser(payload: TokenPayload): CurrentUser | undefined {
  if (!payload.sub || !payload.email) return undefined;
  return { id: payload.sub as number, email: payload.email as string, name: payload.name, isAdmin: payload.isAdmin };
}

function bearerTokenOf(request: Request): string | undefined {
  const [, scheme, token] = /(\S+)\s+(\S+)/.exec(request.headers.authorization ?? '') ?? [];
  return scheme?.toLowerCase() === 'bearer' ? token : undefined;
}
