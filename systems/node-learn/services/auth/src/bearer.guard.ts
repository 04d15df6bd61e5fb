/** Lets only those pass whose token verifies and says who they are. */
import { readBearerToken, type Tokens } from '@banyan/identity';
import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { AUTH_SETTINGS, type AuthSettings } from './settings.ts';

/** For injection: issues and verifies tokens. */
export const TOKENS = Symbol('tokens');

/** Who asks, as told by the token alone. */
export interface Caller {
  readonly id: unknown;
  readonly email: unknown;
  readonly name: unknown;
  readonly isAdmin: unknown;
}

export interface RequestOfCaller {
  readonly headers: { readonly authorization?: string };
  caller?: Caller;
}

@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    @Inject(TOKENS) private readonly tokens: Tokens,
    @Inject(AUTH_SETTINGS) private readonly settings: AuthSettings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RequestOfCaller>();
    const { sub, email, name, isAdmin } = await this.claimsOf(request);
    if (!sub || !email) throw new UnauthorizedException('Invalid token payload');
    request.caller = { id: sub, email, name, isAdmin };
    return true;
  }

  /** The monolith answers 500 to a token that is not good; flag `auth.profile401` makes it 401. */
  private async claimsOf(request: RequestOfCaller) {
    const verification = await this.tokens.verify(readBearerToken(request.headers.authorization) ?? '');
    if (verification.ok) return verification.claims;
    if (this.settings.FLAGS.has('auth.profile401')) throw new UnauthorizedException();
    throw new Error(`The token is refused: ${verification.reason}`);
  }
}
