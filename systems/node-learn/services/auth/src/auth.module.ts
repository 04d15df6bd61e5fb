/** Puts the auth service together: its database, tokens, Google, routes. */
import { createTokens } from '@banyan/identity';
import { report } from '@banyan/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthController } from './auth.controller.ts';
import { BearerGuard, TOKENS } from './bearer.guard.ts';
import { GoogleClient } from './google/google-client.ts';
import { AUTH_SETTINGS, type AuthSettings } from './settings.ts';
import { User } from './users/user.entity.ts';
import { Users } from './users/users.ts';

/** A statement that takes longer is given up: sign-ins write one row. */
const statementTimeoutMs = 5_000;

export function createAuthModule(settings: AuthSettings): DynamicModule {
  return {
    module: AuthModule,
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: settings.DATABASE_URL,
        applicationName: 'auth',
        entities: [User],
        retryAttempts: 0,
        poolSize: 10,
        connectTimeoutMS: 3_000,
        extra: { options: `-c timezone=UTC -c statement_timeout=${statementTimeoutMs}`, idleTimeoutMillis: 30_000 },
        poolErrorHandler: (error: Error) => report('warn', 'auth.database.lost', 'An idle connection ended', { reason: error.message }),
      }),
      TypeOrmModule.forFeature([User]),
    ],
    controllers: [AuthController],
    providers: [
      { provide: AUTH_SETTINGS, useValue: settings },
      { provide: TOKENS, useValue: createTokens({ secret: settings.JWT_SECRET }) },
      BearerGuard,
      GoogleClient,
      Users,
    ],
  };
}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AuthModule {}
