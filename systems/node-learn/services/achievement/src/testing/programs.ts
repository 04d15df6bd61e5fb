/** Starts the programs a test of achievement needs, each on a free port: the service, the monolith. */
import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from '@banyan/proof';
import { type RunningServer, type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { settingsForTests } from './settings-for-tests.ts';

export type RunningAchievement = RunningServiceProgram;

/** On databases of the test: its own, and the one that events go through. */
export function startAchievement(
  { database, broker }: { readonly database: { readonly url: string }; readonly broker: { readonly url: string } },
  options: Pick<ProgramOptions, 'environment' | 'nodeArguments'> = {},
): Promise<RunningAchievement> {
  const environment = { ...settingsForTests(database.url, broker.url), ...options.environment };
  return startServiceProgram({ ...options, name: 'achievement', entry: pathOf('../../dist/main.js'), environment });
}

export function startMonolith(databaseUrl: string): Promise<RunningServer> {
  return startMonolithProgram({
    directory: pathOf('../../../../monolith/dist'),
    databaseUrl,
    readyPath: '/api',
    environment: {
      JWT_SECRET: 'a secret that nobody asks for in these tests',
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
      GOOGLE_CALLBACK_URL: 'http://127.0.0.1:3000/api/auth/google/callback',
      FRONTEND_URL: 'http://127.0.0.1:4200',
    },
  });
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
