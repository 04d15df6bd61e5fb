// A fresh, empty database for one test, on the server that the test run started.
import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, Pool, type QueryResult, type QueryResultRow } from 'pg';
import { dropDatabase } from './drop-database.ts';
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
  /** As a disaster would: with all its connections and slots it is gone. */
  lose(): Promise<void>;
  /** Makes it anew after lose(), empty, under the same URL. */
  recreate(): Promise<void>;
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
  const create = (from: string) => onServer(server, (client) => client.query(`create database ${name} template ${from}${owner}`));
  await create(template);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {}); // idle connections die when the database is dropped or the server restarts
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= pool.end().then(() => onServer(server, (client) => dropDatabase(client, name))));
  return {
    url: url.href,
    name,
    query: (text, values) => pool.query(text, values === undefined ? undefined : [...values]),
    lose: () => onServer(server, (client) => dropDatabase(client, name)),
    recreate: () => create('template0'),
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
