/** What other services may ask: the users, one user, and the refs that they keep a copy of. */
import type { ServiceTokens } from '@banyan/identity';
import { answerServices, type InternalAnswer, type InternalRequest } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { Users } from './users/users.ts';

/** For injection: verifies who asks. */
export const SERVICE_TOKENS = Symbol('service tokens');

@Injectable()
export class InternalRoutes {
  constructor(
    @Inject(SERVICE_TOKENS) private readonly tokens: ServiceTokens,
    @Inject(Users) private readonly users: Users,
  ) {}

  answer(request: InternalRequest): Promise<InternalAnswer> {
    return answerServices(request, { service: 'auth', tokens: this.tokens, find: (path, query) => this.find(path, query) });
  }

  private async find(path: string, query: URLSearchParams): Promise<unknown> {
    if (path === '/internal/users') return this.users.listAll();
    if (path === '/internal/users/refs') return this.users.refs(query.get('after') ?? '');
    const id = /^\/internal\/users\/(\d{1,10})$/.exec(path)?.[1];
    return id === undefined ? undefined : this.users.find(Number(id));
  }
}
