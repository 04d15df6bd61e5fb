/** Starts the programs a test of leaderboard needs, each on a free port: the service, the monolith. */
import { fileURLToPath } from 'node:url';
import { startNestService } from '@banyan/nest';
import type { Program, ProgramOptions } from '@banyan/proof';
import { type RunningServer, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createLeaderboardService } from '../leaderboard-service.ts';

export const jwtSecret = 'a secret that monolith and service share';

export interface ServiceDatabases {
  readonly own: { readonly url: string };
  readonly broker: { readonly url: string };
}

export type StartOptions = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

/** A service of a test, wherever it runs. */
export interface Instance {
  readonly port: number;
  readonly internalUrl: string;
  readonly program: Pick<Program, 'pid' | 'stop'>;
}

/** As a program of its own; neighbours that are not named are nowhere. */
export function startLeaderboard(
  databases: ServiceDatabases,
  options: StartOptions = {},
): Promise<Instance & { readonly program: Program }> {
  const environment = environmentOf(databases, options.environment);
  return startServiceProgram({ ...options, name: 'leaderboard', entry: pathOf('../../dist/main.js'), environment });
}

/** In the process of the test: much sooner there than a program. */
export async function runLeaderboardHere(databases: ServiceDatabases, { environment }: StartOptions = {}): Promise<Instance> {
  const settings = { ...environmentOf(databases, environment), PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' };
  const service = await startNestService(createLeaderboardService(settings));
  return {
    port: service.port,
    internalUrl: `http://127.0.0.1:${service.internalPort}`,
    program: { pid: process.pid, stop: async () => void (await service.stop()) },
  };
}

export function startMonolith(databaseUrl: string): Promise<RunningServer> {
  return startMonolithProgram({
    directory: pathOf('../../../../monolith/dist'),
    databaseUrl,
    readyPath: '/api',
    environment: { JWT_SECRET: jwtSecret, GOOGLE_CLIENT_ID: 'client', TZ: 'UTC' },
  });
}

function environmentOf({ own, broker }: ServiceDatabases, given: StartOptions['environment']): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  return {
    DATABASE_URL: own.url,
    BROKER_URL: broker.url,
    JWT_SECRET: jwtSecret,
    SERVICE_SECRET: 'a secret that only the services share',
    AUTH_URL: nowhere,
    QUIZ_URL: nowhere,
    ...given,
  };
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
