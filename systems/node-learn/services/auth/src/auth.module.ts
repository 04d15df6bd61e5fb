/** Puts the auth service together: its database, tokens, Google, routes. */
import { createServiceTokens, type Tokens } from '@banyan/identity';
import { createMessagingModule, typeOrmOptions } from '@banyan/nest';
import { typeOrmTransactions } from '@banyan/outbox';
import { events } from '@node-learn/contracts/events';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { eventsPublishedBy } from '@banyan/contract';
import { DataSource } from 'typeorm';
import { AuthController, TOKENS } from './auth.controller.ts';
import { GoogleClient } from './google/google-client.ts';
import { InternalRoutes, SERVICE_TOKENS } from './internal-routes.ts';
import { AUTH_SETTINGS, type AuthSettings } from './settings.ts';
import { User } from './users/user.entity.ts';
import { authSource, Users } from './users/users.ts';

export function createAuthModule(settings: AuthSettings, tokens: Tokens): DynamicModule {
  return {
    module: AuthModule,
    imports: [
      TypeOrmModule.forRoot({ ...typeOrmOptions({ service: 'auth', url: settings.DATABASE_URL }), entities: [User] }),
      TypeOrmModule.forFeature([User]),
      createMessagingModule({
        group: 'auth',
        source: authSource,
        publishes: eventsPublishedBy(events, 'auth'),
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [DataSource],
        transactions: (dataSource: DataSource) => typeOrmTransactions(dataSource),
      }),
    ],
    controllers: [AuthController],
    providers: [
      { provide: AUTH_SETTINGS, useValue: settings },
      { provide: TOKENS, useValue: tokens },
      { provide: SERVICE_TOKENS, useValue: createServiceTokens({ service: 'auth', secret: settings.SERVICE_SECRET }) },
      InternalRoutes,
      GoogleClient,
      Users,
    ],
  };
}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AuthModule {}
