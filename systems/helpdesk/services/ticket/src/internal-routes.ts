/** What other services may ask: how many tickets there are. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import type { InternalRoutes as Routes } from '@banyan/service';
import { ticketInternal } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.ts';
import { TICKET_SETTINGS, type TicketSettings } from './settings.ts';

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(TICKET_SETTINGS) settings: TicketSettings,
    @Inject(Database) private readonly database: Database,
  ) {
    this.tokens = createServiceTokens({ service: 'ticket', secret: settings.SERVICE_SECRET });
    this.handlers = [{ endpoint: ticketInternal.statistics, answer: () => this.statistics() }];
  }

  /** All four at one moment. */
  private async statistics(): Promise<object> {
    const { rows } = await this.database.pool.query<Readonly<Record<string, number>>>(numbers);
    return rows[0]!;
  }
}

const count = (status: string) => `count(*) filter (where status = '${status}')::int`;
const numbers = `
  select count(*)::int as "totalTickets", ${count('OPEN')} as "openTickets", ${count('IN_PROGRESS')} as "inProgressTickets",
    ${count('DONE')} as "doneTickets" from tickets`;
