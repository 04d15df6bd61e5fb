/** Starts the programs a test of auth needs, each on a free port: the stand-in for Google, the service, the monolith. */
import { fileURLToPath } from 'node:url';
import { createGoogleStandIn, freePort, type GoogleStandIn, type Program, startProgram } from '@banyan/proof';

export const jwtSecret = 'a secret that monolith and service share';
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

export interface RunningAuth {
  readonly port: number;
  readonly internalUrl: string;
  readonly program: Program;
}

export async function startAuth(
  databaseUrl: string,
  google: Google,
  options: { environment?: Record<string, string>; nodeArguments?: readonly string[] } = {},
): Promise<RunningAuth> {
  const [port, internalPort] = [await freePort(), await freePort()];
  const internalUrl = `http://127.0.0.1:${internalPort}`;
  const program = await startProgram({
    name: 'auth',
    entry: pathOf('../../dist/main.js'),
    environment: {
      ...google.environment,
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      DATABASE_URL: databaseUrl,
      JWT_SECRET: jwtSecret,
      FRONTEND_URL: frontendUrl,
      ...options.environment,
    },
    nodeArguments: options.nodeArguments ?? [],
    readyUrl: `${internalUrl}/health/ready`,
  });
  return { port, internalUrl, program };
}

export async function startMonolith(databaseUrl: string, google: Google): Promise<{ port: number; program: Program }> {
  const port = await freePort();
  const { hostname, port: databasePort, pathname, username, password } = new URL(databaseUrl);
  const environment = {
    ...google.environment,
    PORT: String(port),
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: databasePort,
    POSTGRES_DB: pathname.slice(1),
    POSTGRES_USER: decodeURIComponent(username),
    POSTGRES_PASSWORD: decodeURIComponent(password),
    JWT_SECRET: jwtSecret,
    FRONTEND_URL: frontendUrl,
  };
  const directory = '../../../../monolith/dist';
  await startProgram({ name: 'schema of the monolith', entry: pathOf(`${directory}/schema.js`), environment });
  const program = await startProgram({
    name: 'monolith',
    entry: pathOf(`${directory}/main.js`),
    environment,
    readyUrl: `http://127.0.0.1:${port}/api`,
  });
  return { port, program };
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
