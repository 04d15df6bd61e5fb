/** The auth service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { Callers, NestServiceDefinition } from '@banyan/nest';
import { authEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { UnauthorizedException } from '@nestjs/common';
import { createAuthModule } from './auth.module.ts';
import { InternalRoutes } from './internal-routes.ts';
import { type AuthSettings, readAuthSettings } from './settings.ts';
import { Users } from './users/users.ts';

export function createAuthService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AuthSettings> {
  const settings = readAuthSettings(environment);
  const tokens = createTokens({ secret: settings.JWT_SECRET });
  return {
    name: 'auth',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createAuthModule(context.settings, tokens),
    endpoints: authEndpoints,
    contracts,
    callers: { tokens, claims: ['sub', 'email'], refuse: refuseLikeMonolith(settings) },
    ready: (application) => application.get(Users).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}

/** The monolith answers 500 to a token that is not good; flag `auth.profile401` makes it 401. */
function refuseLikeMonolith({ FLAGS }: AuthSettings): NonNullable<Callers['refuse']> {
  return (_endpoint, reason) => {
    if (reason === 'nameless') return new UnauthorizedException('Invalid token payload');
    return FLAGS.has('auth.profile401') ? new UnauthorizedException() : new Error('No good token was shown');
  };
}
