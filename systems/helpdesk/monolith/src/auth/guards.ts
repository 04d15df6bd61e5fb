/** Who may come in: those with a good token of a user who exists, and of them those with the right role. */
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DatabaseService } from '../database/database.service.ts';
import { ENVIRONMENT, type Environment } from '../environment.ts';
import type { UserRole } from '../generated/schema/client.ts';
import type { RequestWithUser } from './current-user.ts';
import { readToken, type TokenPayload } from './tokens.ts';

/** Refuses everyone without a good token. Role and existence are those of the row, whatever the token says. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly database: DatabaseService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RequestWithUser>();
    const user = await this.database.user.findUnique({ where: { id: this.payloadOf(request).sub } });
    if (user === null) throw new UnauthorizedException();
    request.user = { id: user.id, email: user.email, role: user.role };
    return true;
  }

  private payloadOf(request: RequestWithUser): TokenPayload {
    try {
      return readToken(request, this.environment.jwtSecret);
    } catch {
      throw new UnauthorizedException();
    }
  }
}

const rolesKey = 'roles';

export const Roles = (...roles: UserRole[]) => SetMetadata(rolesKey, roles);

/** Behind the token guard: lets those pass whose role the route names. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<UserRole[] | undefined>(rolesKey, [context.getHandler(), context.getClass()]);
    if (roles === undefined) return true;
    const { user } = context.switchToHttp().getRequest<RequestWithUser>();
    if (user === undefined || !roles.includes(user.role)) throw new ForbiddenException('Insufficient permissions');
    return true;
  }
}
