/** The admin service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
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
    ready: (application) => application.get(Database).probe(),
  };
}
