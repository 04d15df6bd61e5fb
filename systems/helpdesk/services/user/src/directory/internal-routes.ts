/** What other services may ask: who a token stands for, users by their ids, and what a copy of all of them is filled from. */
import type { ServiceTokens, Tokens } from '@banyan/identity';
import { type InternalRoutes as Routes, readSnapshotPage, type SnapshotPage } from '@banyan/service';
import { TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import { userInternal } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { TOKENS } from '../accounts/issue-token.ts';
import { Database } from '../database.ts';
import { userSource, WhoIs } from './who-is.ts';

/** For injection: verifies who asks. */
export const SERVICE_TOKENS = Symbol('service tokens');

const idsMax = 500;
const newestFirst = 'createdAt.desc';
const batch = z.object({ ids: z.array(z.string()).max(idsMax) });
const shown = { id: true, email: true, firstName: true, lastName: true, role: true, createdAt: true, updatedAt: true } as const;

/** A request that is not as its contract says. */
class Malformed extends Error {}

@Injectable()
export class InternalRoutes implements Routes {
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(SERVICE_TOKENS) readonly tokens: ServiceTokens,
    @Inject(TOKENS) private readonly tokensOfUsers: Tokens,
    @Inject(WhoIs) private readonly whoIs: WhoIs,
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
  ) {
    this.handlers = [
      { endpoint: userInternal.validate, answer: ({ body }) => this.validate(body) },
      { endpoint: userInternal.find, answer: ({ params }) => whoIs.find(params['id']) },
      { endpoint: userInternal.refs, answer: ({ query }) => this.refs(query.get('after') ?? '') },
      { endpoint: userInternal.batch, answer: ({ body }) => this.findMany(body) },
      { endpoint: userInternal.list, answer: ({ query }) => this.list(query.get('order')) },
    ];
  }

  toAnswer(error: unknown): { status: number; body: object } | undefined {
    return error instanceof Malformed ? { status: 400, body: { message: error.message, statusCode: 400 } } : undefined;
  }

  private async validate(body: unknown): Promise<object> {
    const { token } = (body ?? {}) as { token?: unknown };
    const verification = typeof token === 'string' ? await this.tokensOfUsers.verify(token) : undefined;
    const user = verification?.ok === true ? await this.whoIs.find(verification.claims['sub']) : undefined;
    if (user === undefined) return { valid: false };
    const { id, ...rest } = user;
    return { valid: true, user: { userId: id, ...rest } };
  }

  private async findMany(body: unknown): Promise<object> {
    const asked = batch.safeParse(body);
    if (!asked.success) throw new Malformed(`At most ${idsMax} ids, each a text`);
    return { users: await this.database.rows.user.findMany({ where: { id: { in: asked.data.ids } }, select: shown }) };
  }

  private async list(order: string | null): Promise<object> {
    if (order !== newestFirst) throw new Malformed(`The order is ${newestFirst}`);
    return { users: await this.database.rows.user.findMany({ orderBy: { createdAt: 'desc' }, select: shown }) };
  }

  private async refs(after: string): Promise<SnapshotPage> {
    return this.transactions.run(({ session }) => readSnapshotPage(session, { rows: rowsOfRefs, source: userSource, after }));
  }
}

const format = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const rowsOfRefs = `
  select id as key, json_build_object('id', id, 'email', email, 'firstName', "firstName", 'lastName', "lastName", 'role', role,
    'createdAt', to_char("createdAt", ${format}), 'updatedAt', to_char("updatedAt", ${format})) as data from users`;
