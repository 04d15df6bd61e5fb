/** Puts the maintenance service together: its database, jobs, and what looks at the clock. */
import { createMessagingModule } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import type { ServiceContext } from '@banyan/service';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database } from './database.ts';
import { GuestReset, publishedEvents } from './jobs/guest-reset.ts';
import { Reconciliation } from './jobs/reconciliation.ts';
import { Neighbours } from './jobs/neighbours.ts';
import { RestController } from './rest/rest.controller.ts';
import { METRICS, RunMetrics } from './run-metrics.ts';
import type { Job } from './runs/job.ts';
import { JOBS, Nights } from './runs/nights.ts';
import { Runs } from './runs/runs.ts';
import { MAINTENANCE_SETTINGS, type MaintenanceSettings } from './settings.ts';

export function createMaintenanceModule({ settings, metrics }: ServiceContext<MaintenanceSettings>): DynamicModule {
  return {
    module: MaintenanceModule,
    imports: [
      {
        module: Ground,
        providers: [{ provide: MAINTENANCE_SETTINGS, useValue: settings }, Database],
        exports: [MAINTENANCE_SETTINGS, Database],
      },
      createMessagingModule({
        group: 'maintenance',
        source: '/node-learn/maintenance',
        publishes: publishedEvents,
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    controllers: [RestController],
    providers: [
      { provide: METRICS, useValue: metrics },
      Neighbours,
      GuestReset,
      Reconciliation,
      { provide: JOBS, inject: [GuestReset, Reconciliation], useFactory: (...jobs: readonly Job[]) => jobs },
      Runs,
      Nights,
      RunMetrics,
    ],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class MaintenanceModule {}
