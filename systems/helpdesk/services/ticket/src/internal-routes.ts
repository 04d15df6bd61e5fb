/** What other services may ask: how many tickets there are, and what has been told of one. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { TRANSACTIONS } from '@banyan/nest';
import { readTold, type Told, type Transactions } from '@banyan/outbox';
import type { InternalRoutes as Routes } from '@banyan/service';
import { ticketInternal } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from './database.ts';
import { TICKET_SETTINGS, ticketSource, type TicketSettings } from './settings.ts';

const sequence = z.string().regex(/^\d{1,19}$/);

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(TICKET_SETTINGS) settings: TicketSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
  ) {
    this.tokens = createServiceTokens({ service: 'ticket', secret: settings.SERVICE_SECRET });
    this.handlers = [
      { endpoint: ticketInternal.statistics, answer: () => this.statistics() },
      { endpoint: ticketInternal.told, answer: ({ params, query }) => this.told(params['id'] ?? '', query.get('after') ?? '0') },
    ];
  }

  toAnswer(error: unknown): { status: number; body: object } | undefined {
    return error instanceof z.ZodError ? { status: 400, body: { message: 'after is the number of an event', statusCode: 400 } } : undefined;
  }

  /** All four at one moment. */
  private async statistics(): Promise<object> {
    const { rows } = await this.database.pool.query<Readonly<Record<string, number>>>(numbers);
    return rows[0]!;
  }

  private told(key: string, after: string): Promise<Told> {
    const query = { source: ticketSource, key, after: sequence.parse(after) };
    return this.transactions.run(({ session }) => readTold(session, query));
  }
}

const count = (status: string) => `count(*) filter (where status = '${status}')::int`;
const numbers = `
  select count(*)::int as "totalTickets", ${count('OPEN')} as "openTickets", ${count('IN_PROGRESS')} as "inProgressTickets",
    ${count('DONE')} as "doneTickets" from shown_tickets`;
