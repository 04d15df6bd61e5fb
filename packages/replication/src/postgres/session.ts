// Connections whose text output is the same everywhere, so that values can be passed through unread.
import { Client } from 'pg';

/** What code inside a caller's transaction may do. */
export interface SqlSession {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in pg: who writes the statement knows its rows
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

const neutralSettings = [
  "set datestyle = 'ISO, YMD'",
  "set intervalstyle = 'postgres'",
  "set timezone = 'UTC'",
  'set extra_float_digits = 3',
  "set bytea_output = 'hex'",
  "set lc_monetary = 'C'",
  "set client_min_messages = 'warning'",
  "set search_path = 'pg_catalog'",
  'set row_security = off',
  'set synchronous_commit = on',
].join('; ');

export interface SessionOptions {
  readonly name: string;
  /** A replication connection: takes CREATE_REPLICATION_SLOT and START_REPLICATION besides SQL. */
  readonly replication?: boolean;
  /** Default 10 000 ms. */
  readonly connectTimeoutMs?: number;
}

/** Opens a session with neutral output settings. The caller ends it. */
export async function openSession(url: string, options: SessionOptions): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `banyan ${options.name}`,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
    ...(options.replication === true ? { replication: 'database' } : {}),
  });
  client.on('error', () => {}); // the statement under way, or the reader's own listener, reports it
  try {
    await client.connect();
    await client.query(neutralSettings);
    return client;
  } catch (error) {
    closeSession(client);
    throw error;
  }
}

/** Ends a session without waiting for the server, which may be gone. */
export function closeSession(client: Client | undefined): void {
  client?.end().catch(() => {}); // nothing is left to lose on this connection
}

/** Cuts a session at once, also in the middle of a statement. */
export function destroySession(client: Client | undefined): void {
  if (client === undefined) return;
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  closeSession(client);
}

/** Runs `work` in a session of its own. */
export async function withSession<T>(url: string, name: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await openSession(url, { name });
  try {
    return await work(client);
  } finally {
    closeSession(client);
  }
}
