/** Puts the user service together: its database, tokens, routes, events. */
import { eventsPublishedBy } from '@banyan/contract';
import { createServiceTokens, type Tokens } from '@banyan/identity';
import { createMessagingModule, RefuseNulPipe } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { events } from '@helpdesk/contracts/events';
import { type DynamicModule, Global, Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { Accounts } from './accounts/accounts.ts';
import { AccountsController } from './accounts/accounts.controller.ts';
import { TOKENS } from './accounts/issue-token.ts';
import { ResetTokens } from './accounts/reset-tokens.ts';
import { AdministrationController } from './administration/administration.controller.ts';
import { Users } from './administration/users.ts';
import { Database } from './database.ts';
import { Deletions } from './deletion/deletions.ts';
import { InternalRoutes, SERVICE_TOKENS } from './directory/internal-routes.ts';
import { userSource, WhoIs } from './directory/who-is.ts';
import { USER_SETTINGS, type UserSettings } from './settings.ts';

export function createUserModule(settings: UserSettings, tokens: Tokens): DynamicModule {
  return {
    module: UserModule,
    imports: [
      { module: Ground, providers: [{ provide: USER_SETTINGS, useValue: settings }, Database], exports: [USER_SETTINGS, Database] },
      createMessagingModule({
        group: 'user',
        source: userSource,
        publishes: eventsPublishedBy(events, 'user'),
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    controllers: [AccountsController, AdministrationController],
    providers: [
      { provide: TOKENS, useValue: tokens },
      { provide: SERVICE_TOKENS, useValue: createServiceTokens({ service: 'user', secret: settings.SERVICE_SECRET }) },
      { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true, transform: true }) },
      ...(settings.FLAGS.has('fix.validation') ? [{ provide: APP_PIPE, useClass: RefuseNulPipe }] : []),
      Accounts,
      Deletions,
      InternalRoutes,
      ResetTokens,
      Users,
      WhoIs,
    ],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class UserModule {}
