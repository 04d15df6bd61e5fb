/** The raw limit of a mark: a logical message from a statement, through the log, to a bare reader of pgoutput. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Client, type ClientConfig } from 'pg';
import { withClient } from './world.ts';

const slot = 'bench_probe';
const withinMs = 10_000;

/** Milliseconds from the statement being sent until the reader has the message; the reader is ready before. */
export function probeMessage(url: string): Promise<number> {
  return withClient(url, async (writer) => {
    await writer.query('drop publication if exists bench_probe; create publication bench_probe');
    const reader = new Client({ connectionString: url, replication: 'database' } as ClientConfig);
    reader.on('error', () => {}); // it is cut at the end, in the middle of its statement
    await reader.connect();
    try {
      await reader.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
      const { connection } = reader as unknown as { readonly connection: Connection };
      const reading = once(connection, 'replicationStart', { signal: AbortSignal.timeout(withinMs) });
      const stream = `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names 'bench_probe', messages 'true')`;
      reader.query(stream).catch(() => {}); // ends only with the connection
      await reading;
      return await roundTrip(writer, connection);
    } finally {
      (reader as unknown as { readonly connection: Connection }).connection.stream.destroy();
    }
  });
}

interface Connection extends NodeJS.EventEmitter {
  readonly stream: { destroy(): void };
}

async function roundTrip(writer: Client, connection: Connection): Promise<number> {
  const id = randomUUID();
  const seen = Promise.withResolvers<number>();
  const late = setTimeout(() => seen.reject(new Error(`the message did not come back within ${withinMs} ms`)), withinMs);
  connection.on('copyData', ({ chunk }: { readonly chunk: Buffer }) => {
    if (chunk.includes(id)) seen.resolve(performance.now());
  });
  try {
    const startedMs = performance.now();
    await writer.query('select pg_logical_emit_message(true, $1, $2)', ['bench', id]);
    return (await seen.promise) - startedMs;
  } finally {
    clearTimeout(late);
  }
}
