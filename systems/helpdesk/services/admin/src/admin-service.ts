/** The admin service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { Callers, NestServiceDefinition } from '@banyan/nest';
import { endpointsByService } from '@helpdesk/contracts';
import { contracts } from '@helpdesk/contracts/system';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { createAdminModule } from './admin.module.ts';
import { Database } from './database.ts';
import { Neighbours } from './neighbours.ts';
import { type AdminSettings, readAdminSettings } from './settings.ts';

export function createAdminService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AdminSettings> {
  const settings = readAdminSettings(environment);
  // Longer HMACs as well: the monolith accepts them, and tokens stay good when they move.
  const tokens = createTokens({ secret: settings.JWT_SECRET, accepts: ['HS256', 'HS384', 'HS512'] });
  return {
    name: 'admin',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    files: { root: swaggerUiFolder(), prefix: '/api/docs/' },
    habits: { cors: { origin: settings.FRONTEND_BASE_URL, credentials: true }, namesRequests: true, refusesWholePaths: true },
    module: createAdminModule,
    endpoints: endpointsByService.admin,
    contracts,
    callers: (application) => ({ tokens, claims: ['sub'], lookUp: ({ sub }) => application.get(Neighbours).caller(sub), refuse }),
    ready: (application) => application.get(Database).probe(),
  };
}

const refuse: NonNullable<Callers['refuse']> = (_endpoint, reason) =>
  reason === 'other' ? new ForbiddenException('Insufficient permissions') : new UnauthorizedException();
