/** Hands the user a guard has found to the route that asked for it. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { CurrentUser } from './token.service.ts';

export interface RequestWithUser extends Request {
  user?: CurrentUser;
}

export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): CurrentUser | undefined => {
  return context.switchToHttp().getRequest<RequestWithUser>().user;
});
