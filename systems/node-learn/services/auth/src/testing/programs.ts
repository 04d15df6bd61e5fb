/** Starts the programs a test of auth needs, each on a free port: the stand-in for Google, the service, the monolith. */
import { fileURLToPath } from 'node:url';
import { createGoogleStandIn, freePort, type GoogleStandIn, type Program, type ProgramOptions, startProgram } from '@banyan/proof';
import { type RunningServer, type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';

export const jwtSecret = 'a secret that monolith and service share';
export const serviceSecret = 'a secret that the services share';
const frontendUrl = 'http://127.0.0.1:4200';

export interface Google extends GoogleStandIn {
  /** The GOOGLE_… variables that lead a program here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly program: Program;
}

export async function startGoogle(): Promise<Google> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = await startProgram({
    name: 'stand-ins',
    entry: pathOf('../../../../../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ googlePort: port }) },
    readyUrl: `${url}/health`,
  });
  return Object.assign(createGoogleStandIn(url), {
    program,
    environment: {
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
      GOOGLE_CALLBACK_URL: 'http://127.0.0.1:3000/api/auth/google/callback',
      GOOGLE_AUTHORIZE_URL: `${url}/o/oauth2/v2/auth`,
      GOOGLE_TOKEN_URL: `${url}/oauth2/v4/token`,
      GOOGLE_USERINFO_URL: `${url}/oauth2/v3/userinfo`,
    },
  });
}

export type RunningAuth = RunningServiceProgram;

export function startAuth(
  databaseUrl: string,
  google: Google,
  options: Pick<ProgramOptions, 'environment' | 'nodeArguments'> = {},
): Promise<RunningAuth> {
  return startServiceProgram({
    ...options,
    name: 'auth',
    entry: pathOf('../../dist/main.js'),
    environment: {
      ...google.environment,
      DATABASE_URL: databaseUrl,
      BROKER_URL: databaseUrl,
      SERVICE_SECRET: serviceSecret,
      JWT_SECRET: jwtSecret,
      FRONTEND_URL: frontendUrl,
      ...options.environment,
    },
  });
}

export function startMonolith(databaseUrl: string, google: Google): Promise<RunningServer> {
  return startMonolithProgram({
    directory: pathOf('../../../../monolith/dist'),
    databaseUrl,
    readyPath: '/api',
    environment: { ...google.environment, JWT_SECRET: jwtSecret, FRONTEND_URL: frontendUrl },
  });
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
