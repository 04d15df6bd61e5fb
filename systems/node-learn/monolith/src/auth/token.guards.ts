/** The two ways a route looks at the token: it must be there and good, or it is welcome. */
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { RequestWithUser } from './current-user.ts';
import { type CurrentUser, TokenService, payloadToUser } from './token.service.ts';

/** Refuses everyone without a good token. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly tokens: TokenService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RequestWithUser>();
    const user = payloadToUser(this.tokens.verify(request));
    if (user === undefined) throw new UnauthorizedException('Invalid token payload');
    request.user = user;
    return true;
  }
}

/** Lets everyone pass; a bad token counts as none. */
@Injectable()
export class OptionalTokenGuard implements CanActivate {
  constructor(private readonly tokens: TokenService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RequestWithUser>();
    const user = this.userOf(request);
    if (user !== undefined) request.user = user;
    return true;
  }

  private userOf(request: RequestWithUser): CurrentUser | undefined {
    try {
      return payloadToUser(this.tokens.verify(request));
    } catch {
      return undefined;
    }
  }
}
