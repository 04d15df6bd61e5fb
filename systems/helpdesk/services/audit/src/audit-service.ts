/** The audit service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import { type Callers, createMessagingModule, type NestServiceDefinition } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { endpointsByService } from '@helpdesk/contracts';
import { contracts } from '@helpdesk/contracts/system';
import { type DynamicModule, ForbiddenException, Global, Module, UnauthorizedException } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { Database } from './database.ts';
import { InternalRoutes } from './internal-routes.ts';
import { People } from './people.ts';
import { AUDIT_SETTINGS, type AuditSettings, readAuditSettings } from './settings.ts';
import { AuditEvents } from './trail/audit-events.ts';
import { CatchUp } from './trail/catch-up.ts';
import { Entries } from './trail/entries.ts';
import { Notes } from './trail/notes.ts';

export function createAuditService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AuditSettings> {
  const settings = readAuditSettings(environment);
  // Longer HMACs as well: the monolith accepts them, and tokens stay good when they move.
  const tokens = createTokens({ secret: settings.JWT_SECRET, accepts: ['HS256', 'HS384', 'HS512'] });
  return {
    name: 'audit',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    habits: { cors: { origin: settings.FRONTEND_BASE_URL, credentials: true }, namesRequests: true, refusesWholePaths: true },
    module: (context) => createAuditModule(context.settings),
    endpoints: endpointsByService.audit,
    contracts,
    callers: (application) => ({ tokens, claims: ['sub'], lookUp: ({ sub }) => application.get(People).caller(sub), refuse }),
    ready: (application) => application.get(Database).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}

const refuse: NonNullable<Callers['refuse']> = (_endpoint, reason) =>
  reason === 'other' ? new ForbiddenException('Insufficient permissions') : new UnauthorizedException();

function createAuditModule(settings: AuditSettings): DynamicModule {
  return {
    module: AuditModule,
    imports: [
      { module: Ground, providers: [{ provide: AUDIT_SETTINGS, useValue: settings }, Database], exports: [AUDIT_SETTINGS, Database] },
      createMessagingModule({
        group: 'audit',
        source: '/helpdesk/audit',
        publishes: [],
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ pool }: Database) => pgTransactions(pool),
      }),
    ],
    controllers: [AuditController],
    providers: [People, Notes, AuditEvents, CatchUp, Entries, InternalRoutes],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AuditModule {}
