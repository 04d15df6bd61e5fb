/** Starts the programs a test of the user service needs, each on a free port: the service, and the monolith beside it. */
import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from '@banyan/proof';
import { type RunningServer, type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';

export const jwtSecret = 'a secret that monolith and service share';
export const serviceSecret = 'a secret that the services share';
export const sealSecret = 'a secret of who seals and who sends mails';
const frontendUrl = 'http://localhost:8080';

export type RunningUser = RunningServiceProgram;

export function startUser(databaseUrl: string, options: Pick<ProgramOptions, 'environment' | 'nodeArguments'> = {}): Promise<RunningUser> {
  return startServiceProgram({
    ...options,
    name: 'user',
    entry: pathOf('../../dist/main.js'),
    environment: {
      DATABASE_URL: databaseUrl,
      BROKER_URL: databaseUrl,
      SERVICE_SECRET: serviceSecret,
      JWT_SECRET: jwtSecret,
      SEAL_SECRET: sealSecret,
      FRONTEND_BASE_URL: frontendUrl,
      ...options.environment,
    },
  });
}

export function startMonolith(databaseUrl: string): Promise<RunningServer> {
  return startMonolithProgram({
    directory: pathOf('../../../../monolith/dist'),
    databaseUrl,
    readyPath: '/health',
    environment: { JWT_SECRET: jwtSecret, FRONTEND_BASE_URL: frontendUrl, TZ: 'UTC', NODE_ENV: 'production' },
  });
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
