/** What the programs are told by their surroundings. */

export interface Environment {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** Verifies tokens. */
  readonly jwtSecret: string;
  /** Base address of the front end: the origin that browsers may ask from, and where reset links lead. */
  readonly frontendBaseUrl: string;
  /** Told of new tickets; undefined: nobody is. */
  readonly staffNotifyEmail: string | undefined;
}

export const ENVIRONMENT = Symbol('environment');
export const defaultJwtSecret = 'your-secret-key';

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment; throws a sentence that names the variable when the program cannot run with it. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    host: variables.LISTEN_ADDRESS ?? '127.0.0.1',
    port: toPort('PORT', variables.PORT, 3000),
    databaseUrl: readDatabaseUrl(variables),
    jwtSecret: variables.JWT_SECRET || defaultJwtSecret,
    frontendBaseUrl: variables.FRONTEND_BASE_URL || 'http://localhost:5173',
    staffNotifyEmail: variables.STAFF_NOTIFY_EMAIL || undefined,
  };
}

export function readDatabaseUrl(variables: Variables = process.env): string {
  const url = variables.DATABASE_URL;
  if (url === undefined || !URL.canParse(url))
    throw new Error(`DATABASE_URL is ${url === undefined ? 'not set' : 'no URL'}. Example: postgresql://postgres@localhost:5432/helpdesk`);
  return url;
}

export function toPort(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${name} is "${text}", which is not a port number.`);
  return port;
}
