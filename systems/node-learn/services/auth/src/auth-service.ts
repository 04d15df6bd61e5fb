/** The auth service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
import { createAuthModule } from './auth.module.ts';
import { InternalRoutes } from './internal-routes.ts';
import { type AuthSettings, readAuthSettings } from './settings.ts';
import { Users } from './users/users.ts';

export function createAuthService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AuthSettings> {
  const settings = readAuthSettings(environment);
  return {
    name: 'auth',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createAuthModule(context.settings),
    ready: (application) => application.get(Users).probe(),
    internal: (application, request) => application.get(InternalRoutes).answer(request),
  };
}
