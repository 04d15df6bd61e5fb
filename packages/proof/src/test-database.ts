// A fresh, empty database for one test, on the server that the test run started.
import { randomBytes } from 'node:crypto';
import { Client, DatabaseError, escapeIdentifier, Pool, type QueryResult, type QueryResultRow } from 'pg';
import { ProofError } from './errors.ts';

export interface TestDatabaseOptions {
  /** Name of a database to copy. Default: an empty one. */
  readonly template?: string;
  /** Role that owns it; must exist. Default: the server's superuser. */
  readonly owner?: string;
}

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** As in `pg`: the result with `rows` and `rowCount`. At most four connections. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
  /** Ends its connections and active replication slots, and drops it. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Creates a database on the server of BANYAN_TEST_POSTGRES_URL; throws PROOF_NO_TEST_SERVER when it is not set. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = process.env['BANYAN_TEST_POSTGRES_URL'];
  if (server === undefined || server === '') throw new ProofError('PROOF_NO_TEST_SERVER', 'BANYAN_TEST_POSTGRES_URL is not set.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.template === undefined ? 'template0' : escapeIdentifier(options.template);
  const owner = options.owner === undefined ? '' : ` owner ${escapeIdentifier(options.owner)}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template}${owner}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {}); // idle connections die when the database is dropped or the server restarts
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= pool.end().then(() => onServer(server, (client) => drop(client, name))));
  return {
    url: url.href,
    name,
    query: (text, values) => pool.query(text, values === undefined ? undefined : [...values]),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function onServer(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // reported by the statement that is running
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** FORCE ends sessions but not walsenders of logical slots; those are ended first, and may need a moment to let go. */
async function drop(client: Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active_pid is not null', [
      name,
    ]);
    try {
      await client.query(`drop database if exists ${name} with (force)`);
      return;
    } catch (error) {
      const inUse = error instanceof DatabaseError && error.code === '55006';
      if (!inUse || attempt === 50) throw error;
      await client.query('select pg_sleep(0.05)');
    }
  }
}
