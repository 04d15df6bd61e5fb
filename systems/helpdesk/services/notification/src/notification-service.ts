/** The notification service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createServiceTokens } from '@banyan/identity';
import { createMessagingModule, type NestServiceDefinition } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { endpointsByService } from '@helpdesk/contracts';
import { contracts } from '@helpdesk/contracts/system';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database } from './database.ts';
import { InternalRoutes, SERVICE_TOKENS } from './internal-routes.ts';
import { MailEvents } from './mails/mail-events.ts';
import { MailQueue } from './mails/queue.ts';
import { Retention } from './sending/retention.ts';
import { Sender } from './sending/sender.ts';
import { NOTIFICATION_SETTINGS, type NotificationSettings, readNotificationSettings } from './settings.ts';

export function createNotificationService(environment: NodeJS.ProcessEnv): NestServiceDefinition<NotificationSettings> {
  const settings = readNotificationSettings(environment);
  return {
    name: 'notification',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    module: () => createNotificationModule(settings),
    endpoints: endpointsByService.notification,
    contracts,
    ready: (application) => application.get(Database).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}

function createNotificationModule(settings: NotificationSettings): DynamicModule {
  return {
    module: NotificationModule,
    imports: [
      {
        module: Ground,
        providers: [{ provide: NOTIFICATION_SETTINGS, useValue: settings }, Database],
        exports: [NOTIFICATION_SETTINGS, Database],
      },
      createMessagingModule({
        group: 'notification',
        source: '/helpdesk/notification',
        publishes: [],
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    providers: [
      { provide: SERVICE_TOKENS, useValue: createServiceTokens({ service: 'notification', secret: settings.SERVICE_SECRET }) },
      Sender,
      Retention,
      MailQueue,
      MailEvents,
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
class NotificationModule {}
