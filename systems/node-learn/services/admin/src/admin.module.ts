/** Puts the admin service together: its database, the services it asks, routes, audit. */
import { createMessagingModule } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AdminController } from './admin.controller.ts';
import { Audit } from './audit.ts';
import { Bank } from './bank.ts';
import { Database } from './database.ts';
import { Neighbours } from './neighbours.ts';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

export function createAdminModule(settings: AdminSettings): DynamicModule {
  return {
    module: AdminModule,
    imports: [
      { module: Ground, providers: [{ provide: ADMIN_SETTINGS, useValue: settings }, Database], exports: [ADMIN_SETTINGS, Database] },
      createMessagingModule({
        group: 'admin',
        source: '/node-learn/admin',
        publishes: [],
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    controllers: [AdminController],
    providers: [Neighbours, Bank, Audit],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AdminModule {}
