// Starts the servers of a system for a test, each on ports that were free: a service, and a monolith with its schema.
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Program, type ProgramOptions, startProgram } from './program.ts';

export type ServerProgramOptions = Omit<ProgramOptions, 'readyUrl'>;

export interface RunningServer {
  readonly port: number;
  readonly program: Program;
}

export interface RunningServiceProgram extends RunningServer {
  readonly internalUrl: string;
}

/** A service: it is told PORT and INTERNAL_PORT, and is ready when /health/ready says so. */
export async function startServiceProgram(options: ServerProgramOptions): Promise<RunningServiceProgram> {
  return onFreePorts(async () => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const internalUrl = `http://127.0.0.1:${internalPort}`;
    const environment = { ...options.environment, PORT: String(port), INTERNAL_PORT: String(internalPort) };
    const program = await startProgram({ ...options, environment, readyUrl: `${internalUrl}/health/ready` });
    return { port, internalUrl, program };
  });
}

export interface MonolithProgramOptions extends Omit<ServerProgramOptions, 'name' | 'entry'> {
  /** Holds the compiled `schema.js`, which is run first, and `main.js`. */
  readonly directory: string;
  /** Told in the variables DATABASE_URL, POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER and POSTGRES_PASSWORD. */
  readonly databaseUrl: string;
  /** Answers below 500 when it is ready, such as `/api`. */
  readonly readyPath: string;
}

/** A monolith that knows nothing of services: one port, PORT, and a database in parts. */
export async function startMonolithProgram({
  directory,
  databaseUrl,
  readyPath,
  ...options
}: MonolithProgramOptions): Promise<RunningServer> {
  const environment = { ...databaseVariables(databaseUrl), ...options.environment };
  await startProgram({ name: 'schema of the monolith', entry: join(directory, 'schema.js'), environment });
  return onFreePorts(async () => {
    const port = await freePort();
    const program = await startProgram({
      ...options,
      name: 'monolith',
      entry: join(directory, 'main.js'),
      environment: { ...environment, PORT: String(port) },
      readyUrl: `http://127.0.0.1:${port}${readyPath}`,
    });
    return { port, program };
  });
}

function databaseVariables(databaseUrl: string): Record<string, string> {
  const { hostname, port, pathname, username, password } = new URL(databaseUrl);
  return {
    DATABASE_URL: databaseUrl,
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port,
    POSTGRES_DB: pathname.slice(1),
    POSTGRES_USER: decodeURIComponent(username),
    POSTGRES_PASSWORD: decodeURIComponent(password),
  };
}

/** Another process may take a port between finding and binding it; then others are found, twice at most. */
async function onFreePorts<Running>(start: () => Promise<Running>): Promise<Running> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !/EADDRINUSE|PORT_TAKEN|PORT_IN_USE/.test((error as Error).message)) throw error;
    }
  }
}
