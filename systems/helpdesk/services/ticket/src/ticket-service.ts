/** The ticket service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { Callers, NestServiceDefinition } from '@banyan/nest';
import { endpointsByService } from '@helpdesk/contracts';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { Database } from './database.ts';
import { InternalRoutes } from './internal-routes.ts';
import { UserService } from './people/user-service.ts';
import { readTicketSettings, type TicketSettings } from './settings.ts';
import { createTicketModule } from './ticket.module.ts';

export function createTicketService(environment: NodeJS.ProcessEnv): NestServiceDefinition<TicketSettings> {
  const settings = readTicketSettings(environment);
  // Longer HMACs as well: the monolith accepts them, and tokens stay good when they move.
  const tokens = createTokens({ secret: settings.JWT_SECRET, accepts: ['HS256', 'HS384', 'HS512'] });
  return {
    name: 'ticket',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    habits: { cors: { origin: settings.FRONTEND_BASE_URL, credentials: true }, namesRequests: true, refusesWholePaths: true },
    module: (context) => createTicketModule(context.settings),
    endpoints: endpointsByService.ticket,
    callers: (application) => ({ tokens, claims: ['sub'], lookUp: ({ sub }) => application.get(UserService).caller(sub), refuse }),
    ready: (application) => application.get(Database).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}

const refuse: NonNullable<Callers['refuse']> = (_endpoint, reason) =>
  reason === 'other' ? new ForbiddenException('Insufficient permissions') : new UnauthorizedException();
