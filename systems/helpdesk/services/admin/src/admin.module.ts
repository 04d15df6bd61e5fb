/** Puts the admin service together: its database, the services it asks, routes, events. */
import { createMessagingModule } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import type { ServiceContext } from '@banyan/service';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AdminController } from './admin.controller.ts';
import { NumbersStore } from './dashboard/kept-numbers.ts';
import { Statistics } from './dashboard/statistics.ts';
import { TicketChanges } from './dashboard/ticket-changes.ts';
import { Database } from './database.ts';
import { Neighbours } from './neighbours.ts';
import { METRICS, RestController } from './rest/rest.controller.ts';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

export function createAdminModule({ settings, metrics }: ServiceContext<AdminSettings>): DynamicModule {
  return {
    module: AdminModule,
    imports: [
      { module: Ground, providers: [{ provide: ADMIN_SETTINGS, useValue: settings }, Database], exports: [ADMIN_SETTINGS, Database] },
      createMessagingModule({
        group: 'admin',
        source: '/helpdesk/admin',
        publishes: [],
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    controllers: [AdminController, RestController],
    providers: [{ provide: METRICS, useValue: metrics }, Neighbours, NumbersStore, Statistics, TicketChanges],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AdminModule {}
