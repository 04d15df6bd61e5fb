/** The leaderboard service as a definition that can be started: by its program, or in a test. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import type { NestServiceDefinition } from '@banyan/nest';
import { leaderboardEndpoints } from '@node-learn/contracts';
import { contracts } from '@node-learn/contracts/system';
import { Boards } from './boards/boards.ts';
import { createLeaderboardModule } from './leaderboard.module.ts';
import { InternalRoutes } from './references/internal-routes.ts';
import { type LeaderboardSettings, readLeaderboardSettings } from './settings.ts';

export function createLeaderboardService(environment: NodeJS.ProcessEnv): NestServiceDefinition<LeaderboardSettings> {
  const settings = readLeaderboardSettings(environment);
  return {
    name: 'leaderboard',
    settings,
    database: { url: settings.DATABASE_URL, schemaDirectory: fileURLToPath(new URL('../schema', import.meta.url)) },
    prefix: 'api',
    module: (context) => createLeaderboardModule(context.settings),
    endpoints: leaderboardEndpoints,
    contracts,
    callers: {
      tokens: createTokens({ secret: settings.JWT_SECRET }),
      claims: ['sub', 'email'],
      flags: settings.FLAGS,
      guestId: settings.GUEST_USER_ID,
    },
    ready: (application) => application.get(Boards).probe(),
    internal: (application) => application.get(InternalRoutes),
  };
}
