/** The maintenance service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
import { restEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { Database } from './database.ts';
import { createMaintenanceModule } from './maintenance.module.ts';
import { type MaintenanceSettings, readMaintenanceSettings } from './settings.ts';

export function createMaintenanceService(environment: NodeJS.ProcessEnv): NestServiceDefinition<MaintenanceSettings> {
  const settings = readMaintenanceSettings(environment);
  return {
    name: 'maintenance',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    files: { root: swaggerUiFolder(), prefix: '/api/docs/' },
    module: createMaintenanceModule,
    endpoints: restEndpoints,
    contracts,
    ready: (application) => application.get(Database).probe(),
  };
}
