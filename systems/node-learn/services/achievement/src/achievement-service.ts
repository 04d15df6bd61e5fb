/** The achievement service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import type { NestServiceDefinition } from '@banyan/nest';
import { achievementEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { createAchievementModule } from './achievement.module.ts';
import { Badges } from './badges/badges.ts';
import { InternalRoutes } from './projection/internal-routes.ts';
import { type AchievementSettings, readAchievementSettings } from './settings.ts';

export function createAchievementService(environment: NodeJS.ProcessEnv): NestServiceDefinition<AchievementSettings> {
  const settings = readAchievementSettings(environment);
  return {
    name: 'achievement',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createAchievementModule(context.settings),
    endpoints: achievementEndpoints,
    contracts,
    ready: (application) => application.get(Badges).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}
