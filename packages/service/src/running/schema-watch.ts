/** Notices that the tables of a running service are gone: its database was lost, and an empty one answers in its place. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { report } from '../report.ts';

const lookEveryMs = 1_000;
const connectTimeoutMs = 3_000;

/** True once a database answers that has none of the schema changes which this service had applied; false when the signal aborts first. */
export async function isSchemaGone(url: string, signal: AbortSignal): Promise<boolean> {
  let session: Client | undefined;
  try {
    while (!signal.aborted) {
      try {
        session ??= await connect(url);
        const { rows } = await session.query<{ gone: boolean }>("select to_regclass('banyan.schema_changes') is null as gone");
        if (rows[0]?.gone === true) return true;
      } catch (error) {
        report('debug', 'service.database.lost', 'The database does not answer', { reason: (error as Error).message });
        await end(session);
        session = undefined;
      }
      await pause(lookEveryMs, undefined, { signal, ref: false }).catch(() => {}); // aborted: the loop ends
    }
    return false;
  } finally {
    await end(session);
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'banyan schema watch',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    keepAlive: true,
  });
  client.on('error', () => {}); // the next look says so
  try {
    await client.connect();
    return client;
  } catch (error) {
    await end(client);
    throw error;
  }
}

async function end(client: Client | undefined): Promise<void> {
  await client?.end().catch(() => {}); // nothing is left to lose on this connection
}
