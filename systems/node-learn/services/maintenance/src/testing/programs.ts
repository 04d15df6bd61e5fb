/** Starts maintenance as its program would be, on databases of the test and on a clock that the test sets. */
import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from '@banyan/proof';
import { type RunningServiceProgram, startServiceProgram } from '@banyan/proof/server-program';

export interface Databases {
  readonly database: { readonly url: string };
  readonly broker: { readonly url: string };
}

export type StartOptions = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

/** Neighbours that are not named are nowhere. */
export function startMaintenance(databases: Databases, { environment, ...options }: StartOptions = {}): Promise<RunningServiceProgram> {
  return startServiceProgram({
    ...options,
    name: 'maintenance',
    entry: fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
    environment: { ...maintenanceEnvironment(databases), ...environment },
    timeoutMs: 120_000,
  });
}

export function maintenanceEnvironment({ database, broker }: Databases): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  return {
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    BROKER_URL: broker.url,
    SERVICE_SECRET: 'a secret that the services of these tests share',
    AUTH_URL: nowhere,
    QUESTION_URL: nowhere,
    QUIZ_URL: nowhere,
    ACHIEVEMENT_URL: nowhere,
    LEADERBOARD_URL: nowhere,
    TZ: 'UTC',
  };
}

/** What Node is told so that the program follows the clock in this file; it may also have crash points armed, or a fault planted. */
export function onClock(clockFile: string, { environment, nodeArguments = [] }: StartOptions = {}): StartOptions {
  return {
    nodeArguments: ['--import', import.meta.resolve('@banyan/proof/clock-preload'), ...nodeArguments],
    environment: { ...environment, BANYAN_CLOCK_FILE: clockFile },
  };
}
