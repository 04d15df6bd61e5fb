/** The bridge as a definition that can be started: by its program, or in a test. */
import { createMessagingModule, type NestServiceDefinition } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { endpointsByService } from '@helpdesk/contracts';
import { contracts } from '@helpdesk/contracts/system';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { MonolithDatabase, OwnDatabase } from './databases.ts';
import { MonolithRows } from './monolith-rows.ts';
import { BRIDGE_SETTINGS, type BridgeSettings, readBridgeSettings } from './settings.ts';
import { TicketEvents } from './ticket-events.ts';
import { UserEvents } from './user-events.ts';

export function createBridgeService(environment: NodeJS.ProcessEnv): NestServiceDefinition<BridgeSettings> {
  const settings = readBridgeSettings(environment);
  return {
    name: 'bridge',
    settings,
    module: () => createBridgeModule(settings),
    endpoints: endpointsByService.bridge,
    contracts,
    ready: async (application) => {
      await Promise.all([application.get(OwnDatabase).probe(), application.get(MonolithDatabase).probe()]);
    },
  };
}

function createBridgeModule(settings: BridgeSettings): DynamicModule {
  return {
    module: BridgeModule,
    imports: [
      {
        module: Ground,
        providers: [{ provide: BRIDGE_SETTINGS, useValue: settings }, OwnDatabase],
        exports: [BRIDGE_SETTINGS, OwnDatabase],
      },
      createMessagingModule({
        group: 'bridge',
        source: '/helpdesk/bridge',
        publishes: [],
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [OwnDatabase],
        transactions: ({ pool }: OwnDatabase) => pgTransactions(pool),
      }),
    ],
    providers: [MonolithDatabase, MonolithRows, UserEvents, TicketEvents],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class BridgeModule {}
