/** The admin service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { Callers, NestServiceDefinition } from '@banyan/nest';
import { adminEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { UnauthorizedException } from '@nestjs/common';
import { createAdminModule } from './admin.module.ts';
import { Database } from './database.ts';
import { type AdminSettings, readAdminSettings } from './settings.ts';

export function createAdminService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AdminSettings> {
  const settings = readAdminSettings(environment);
  return {
    name: 'admin',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createAdminModule(context.settings),
    endpoints: adminEndpoints,
    contracts,
    callers: {
      tokens: createTokens({ secret: settings.JWT_SECRET }),
      claims: ['sub', 'email'],
      flags: settings.FLAGS,
      refuse: refuseLikeMonolith,
    },
    ready: (application) => application.get(Database).probe(),
  };
}

const acts: Readonly<Partial<Record<string, string>>> = {
  'admin.create-question': 'create',
  'admin.update-question': 'update',
  'admin.delete-question': 'delete',
};

/** Its words. */
const refuseLikeMonolith: NonNullable<Callers['refuse']> = ({ name }, reason) => {
  const act = acts[name];
  if (act === undefined) return new UnauthorizedException('Admin access required');
  return new UnauthorizedException(reason === 'other' ? 'User has no admin privileges!' : `User must be logged in to ${act} questions!`);
};
