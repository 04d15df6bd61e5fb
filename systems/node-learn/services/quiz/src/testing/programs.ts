/** Starts the programs a test of quiz needs, each on a free port: the service, the monolith, the question service. */
import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from '@banyan/proof';
import { type RunningServer, type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import type { TestDatabase } from '@banyan/proof/test-database';

export const jwtSecret = 'a secret that monolith and service share';
export const serviceSecret = 'a secret that only the services share';

export type Running = RunningServiceProgram;

export interface ServiceDatabases {
  readonly own: TestDatabase;
  readonly broker: TestDatabase;
}

export type StartOptions = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

/** Its events go through a database of their own, which has to be there; neighbours that are not named are nowhere. */
export function startQuiz(databases: ServiceDatabases, options: StartOptions = {}): Promise<Running> {
  const environment = quizEnvironment(databases, options.environment);
  return startService('quiz', '../../dist/main.js', databases.own.url, { ...options, environment });
}

export function quizEnvironment({ broker }: ServiceDatabases, given: StartOptions['environment']): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  const neighbours = { QUESTION_URL: nowhere, AUTH_URL: nowhere, GATEWAY_URL: nowhere, CONTROLLER_URL: nowhere };
  return { BROKER_URL: broker.url, JWT_SECRET: jwtSecret, ...neighbours, ...given };
}

export function startQuestion({ own, broker }: ServiceDatabases): Promise<Running> {
  return startService('question', '../../../question/dist/main.js', own.url, { environment: { BROKER_URL: broker.url } });
}

function startService(name: string, entry: string, databaseUrl: string, options: StartOptions): Promise<Running> {
  const environment = { DATABASE_URL: databaseUrl, SERVICE_SECRET: serviceSecret, ...options.environment };
  return startServiceProgram({ ...options, name, entry: pathOf(entry), environment });
}

export function startMonolith(databaseUrl: string, changes: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  return startMonolithProgram({
    directory: pathOf('../../../../monolith/dist'),
    databaseUrl,
    readyPath: '/api',
    environment: { JWT_SECRET: jwtSecret, GOOGLE_CLIENT_ID: 'client', TZ: 'UTC', ...changes },
  });
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
