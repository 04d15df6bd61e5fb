/** What other services may ask: the users, one user, and the refs that they keep a copy of. */
import type { ServiceTokens } from '@banyan/identity';
import type { InternalRoutes as Routes } from '@banyan/service';
import { authInternal } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Users } from './users/users.ts';

/** For injection: verifies who asks. */
export const SERVICE_TOKENS = Symbol('service tokens');

@Injectable()
export class InternalRoutes implements Routes {
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(SERVICE_TOKENS) readonly tokens: ServiceTokens,
    @Inject(Users) users: Users,
  ) {
    this.handlers = [
      { endpoint: authInternal.list, answer: () => users.listAll() },
      { endpoint: authInternal.refs, answer: ({ query }) => users.refs(query.get('after') ?? '') },
      { endpoint: authInternal.find, answer: ({ params }) => users.find(Number(params['id'])) },
    ];
  }
}
