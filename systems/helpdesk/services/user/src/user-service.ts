/** The user service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { Callers, NestServiceDefinition } from '@banyan/nest';
import { endpointsByService } from '@helpdesk/contracts';
import { contracts } from '@helpdesk/contracts/system';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { Database } from './database.ts';
import { InternalRoutes } from './directory/internal-routes.ts';
import { WhoIs } from './directory/who-is.ts';
import { readUserSettings, type UserSettings } from './settings.ts';
import { createUserModule } from './user.module.ts';

export function createUserService(environment: NodeJS.ProcessEnv): NestServiceDefinition<UserSettings> {
  const settings = readUserSettings(environment);
  // Longer HMACs as well: the monolith accepts them, and tokens stay good when they move.
  const tokens = createTokens({ secret: settings.JWT_SECRET, accepts: ['HS256', 'HS384', 'HS512'] });
  return {
    name: 'user',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    habits: { cors: { origin: settings.FRONTEND_BASE_URL, credentials: true }, namesRequests: true, refusesWholePaths: true },
    module: (context) => createUserModule(context.settings, tokens),
    endpoints: endpointsByService.user,
    contracts,
    callers: (application) => ({ tokens, claims: ['sub'], lookUp: ({ sub }) => application.get(WhoIs).caller(sub), refuse }),
    ready: (application) => application.get(Database).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}

const refuse: NonNullable<Callers['refuse']> = (_endpoint, reason) =>
  reason === 'other' ? new ForbiddenException('Insufficient permissions') : new UnauthorizedException();
