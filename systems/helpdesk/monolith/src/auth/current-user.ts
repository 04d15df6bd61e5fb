/** Hands the user a guard has found to the route that asked for it. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { UserRole } from '../generated/schema/client.ts';

export interface CurrentUser {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
}

export interface RequestWithUser extends Request {
  user?: CurrentUser;
}

/** The user, or one field of it. */
export const SignedIn = createParamDecorator((field: string | undefined, context: ExecutionContext): unknown => {
  const { user } = context.switchToHttp().getRequest<RequestWithUser>();
  return field === undefined ? user : (user as unknown as Record<string, unknown> | undefined)?.[field];
});
