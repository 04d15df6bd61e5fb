/** Puts the ticket service together: its database, the copy of users, routes, events. */
import { eventsPublishedBy } from '@banyan/contract';
import { createMessagingModule, RefuseNulPipe, TRANSACTIONS } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { events } from '@helpdesk/contracts/events';
import { type DynamicModule, Global, Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { Database } from './database.ts';
import { InternalRoutes } from './internal-routes.ts';
import { Deletions } from './people/deletions.ts';
import { People } from './people/people.ts';
import { projectPeople } from './people/projection.ts';
import { UserService } from './people/user-service.ts';
import { TICKET_SETTINGS, ticketSource, type TicketSettings } from './settings.ts';
import { Comments } from './tickets/comments.ts';
import { Removals } from './tickets/removals.ts';
import { TicketChanges } from './tickets/ticket-changes.ts';
import { TicketsController } from './tickets/tickets.controller.ts';
import { Tickets } from './tickets/tickets.ts';

const PEOPLE_COPY = Symbol('copy of people');

export function createTicketModule(settings: TicketSettings): DynamicModule {
  return {
    module: TicketModule,
    imports: [
      { module: Ground, providers: [{ provide: TICKET_SETTINGS, useValue: settings }, Database], exports: [TICKET_SETTINGS, Database] },
      createMessagingModule({
        group: 'ticket',
        source: ticketSource,
        publishes: eventsPublishedBy(events, 'ticket'),
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
        projections: [PEOPLE_COPY],
      }),
    ],
    controllers: [TicketsController],
    providers: [
      { provide: PEOPLE_COPY, inject: [TRANSACTIONS, UserService], useFactory: projectPeople },
      { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true, transform: true }) },
      ...(settings.FLAGS.has('fix.validation') ? [{ provide: APP_PIPE, useClass: RefuseNulPipe }] : []),
      UserService,
      People,
      Tickets,
      TicketChanges,
      Comments,
      Deletions,
      Removals,
      InternalRoutes,
    ],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class TicketModule {}
