/** Finds out who asks, when a good token says so; a bad one counts as none. */
import { readBearerToken, type Tokens } from '@banyan/identity';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';

/** For injection: how callers are known. */
export const CALLERS = Symbol('banyan callers');

export interface Callers {
  readonly tokens: Pick<Tokens, 'verify'>;
  /** A token without one of these counts as none. */
  readonly claims: readonly string[];
}

export interface RequestOfCaller {
  readonly headers: Readonly<Partial<Record<string, string>>>;
  /** The token's `sub`, whatever it is; undefined without a good token. */
  callerId?: unknown;
  /** All that it says; undefined without a good token. */
  caller?: Readonly<Record<string, unknown>>;
}

@Injectable()
export class CallerGuard implements CanActivate {
  constructor(@Inject(CALLERS) private readonly callers: Callers) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { tokens, claims: needed } = this.callers;
    const request = context.switchToHttp().getRequest<RequestOfCaller>();
    const verification = await tokens.verify(readBearerToken(request.headers['authorization']) ?? '');
    if (verification.ok && needed.every((name) => verification.claims[name])) {
      request.callerId = verification.claims['sub'];
      request.caller = verification.claims;
    }
    return true;
  }
}
