/** What the program is told by its surroundings. */

export interface Environment {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  readonly postgres: PostgresAddress;
  /** Signs and verifies tokens. Without it nobody can sign in. */
  readonly jwtSecret: string | undefined;
  readonly google: GoogleSettings;
  /** Base address of the front end, where a finished sign-in ends. */
  readonly frontendUrl: string;
}

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
}

export interface GoogleSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string;
}

export const ENVIRONMENT = Symbol('environment');

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment; throws a sentence that names the variable when the program cannot run with it. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    host: variables.LISTEN_ADDRESS ?? '127.0.0.1',
    port: toPort('PORT', variables.PORT, 3000),
    postgres: readPostgresAddress(variables),
    jwtSecret: variables.JWT_SECRET,
    google: readGoogleSettings(variables),
    frontendUrl: variables.FRONTEND_URL ?? 'http://localhost:4200',
  };
}

export function readPostgresAddress(variables: Variables = process.env): PostgresAddress {
  return {
    host: variables.POSTGRES_HOST ?? 'localhost',
    port: toPort('POSTGRES_PORT', variables.POSTGRES_PORT, 5432),
    database: variables.POSTGRES_DB ?? 'node_learn',
    user: variables.POSTGRES_USER ?? 'postgres',
    password: variables.POSTGRES_PASSWORD,
  };
}

function readGoogleSettings(variables: Variables): GoogleSettings {
  if (!variables.GOOGLE_CLIENT_ID) {
    throw new Error('GOOGLE_CLIENT_ID is not set. Create an OAuth client in the Google console and put its id there.');
  }
  return {
    clientId: variables.GOOGLE_CLIENT_ID,
    clientSecret: variables.GOOGLE_CLIENT_SECRET ?? '',
    callbackUrl: variables.GOOGLE_CALLBACK_URL ?? 'http://localhost:3000/api/auth/google/callback',
    authorizeUrl: variables.GOOGLE_AUTHORIZE_URL ?? 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: variables.GOOGLE_TOKEN_URL ?? 'https://oauth2.googleapis.com/token',
    userInfoUrl: variables.GOOGLE_USERINFO_URL ?? 'https://www.googleapis.com/oauth2/v3/userinfo',
  };
}

function toPort(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${name} is "${text}", which is not a port number.`);
  return port;
}
