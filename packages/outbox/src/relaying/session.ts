/** The one connection of a relay: its lock is the right to publish, and what it takes and deletes goes through it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { EventEnvelope } from '@banyan/contract';
import { Client, type ClientBase, type Pool, type QueryConfig } from 'pg';
import type { OutboxLag } from '../report.ts';
import { wakeUpChannel } from '../writing/announcer.ts';

export interface TakenRow {
  readonly position: string;
  readonly event: EventEnvelope;
}

export interface BatchLimits {
  readonly batchSize: number;
  readonly batchBytesMax: number;
}

export interface RelaySession extends AsyncDisposable {
  /** Name of the database. */
  readonly database: string;
  /** True when no other relay of the database is at work; from then on none can be, until this connection ends. */
  takeLead(): Promise<boolean>;
  /**
   * Deletes what is published and takes the first rows by position, of all that are committed: one round trip.
   * @param underWay rows that are being published at this moment, and passed over. By name and not by position: one that commits late comes before them.
   */
  next(published: readonly TakenRow[], limits: BatchLimits, underWay?: readonly TakenRow[]): Promise<readonly TakenRow[]>;
  lag(): Promise<OutboxLag>;
}

/** What is counted at most for the lag. */
const countedMax = 100_000;

/**
 * Deletes need not be durable at once: a row that comes back after a crash of the server is published again, under the same id.
 * A peer that vanishes without a word frees the lock within half a minute.
 */
const settings = `set synchronous_commit = off; set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
  listen ${wakeUpChannel}`;

const takeLeadStatement = "select pg_try_advisory_lock(hashtextextended('banyan.outbox.relay', 0)) as leads";

const nextStatement = 'select row_position as position, row_envelope as envelope from banyan.relay_events($1, $2, $3)';

/**
 * The same behind rows that are under way. It has no name: planned with its values, the server looks each position up in a hash.
 * The statement does not see what it deletes itself as deleted, so that is passed over too.
 */
const nextBehindStatement = `
  with deleted as (delete from banyan.outbox where position = any ($1))
  select position, envelope from (
    select position, envelope, sum(octet_length(envelope)) over (order by position) - octet_length(envelope) as bytes_before
    from (select position, envelope from banyan.outbox where position <> all ($2) order by position limit $3) found
  ) bounded
  where bytes_before < $4 order by position`;

const lagStatement = `
  select current_database() as database,
    (select count(*) from (select from banyan.outbox limit ${countedMax}) counted)::integer as count,
    coalesce((select extract(epoch from clock_timestamp() - created_at) * 1000 from banyan.outbox order by position limit 1), 0)::float8 as "oldestMs"`;

/** `wake` is called when another process says that it has committed something, and when the connection ends. */
export async function openRelaySession(
  database: { readonly url: string } | { readonly pool: Pool },
  wake: () => void,
): Promise<RelaySession> {
  const { client, end } = await connect(database);
  client.on('error', wake); // what runs next on the connection says so
  client.on('notification', wake);
  try {
    await client.query(settings);
    const named = await client.query<{ name: string }>('select current_database() as name');
    return { database: named.rows[0]?.name ?? '', ...statementsOf(client), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

function statementsOf(client: ClientBase): Pick<RelaySession, 'takeLead' | 'next' | 'lag'> {
  return {
    takeLead: async () => (await client.query<{ leads: boolean }>(takeLeadStatement)).rows[0]?.leads === true,
    next: async (published, limits, underWay = []) => {
      const taken = await client.query<{ position: string; envelope: string }>(nextQuery(published, limits, underWay));
      return taken.rows.map(({ position, envelope }) => ({ position, event: JSON.parse(envelope) as EventEnvelope }));
    },
    lag: async () => (await client.query<OutboxLag>(lagStatement)).rows[0]!,
  };
}

function nextQuery(published: readonly TakenRow[], { batchSize, batchBytesMax }: BatchLimits, underWay: readonly TakenRow[]): QueryConfig {
  const deleted = toArray(published);
  if (underWay.length === 0) return { name: 'banyan.relay_events', text: nextStatement, values: [deleted, batchSize, batchBytesMax] };
  return { text: nextBehindStatement, values: [deleted, toArray([...published, ...underWay]), batchSize, batchBytesMax] };
}

function toArray(rows: readonly TakenRow[]): string {
  return `{${rows.map(({ position }) => position).join(',')}}`;
}

const connectMaxMs = 10_000;

/** A server that does not answer for so long is gone, and so is the lead. */
const answerMaxMs = 30_000;

/** Nobody may be there to hear it. */
const goodbyeMaxMs = 1_000;

/** A pool's connection is not given back: it has settings and a lock that nobody else expects. */
async function connect(
  database: { readonly url: string } | { readonly pool: Pool },
): Promise<{ client: ClientBase; end: () => Promise<void> }> {
  if ('pool' in database) {
    const client = await database.pool.connect();
    return { client, end: async () => client.release(true) };
  }
  const client = new Client({
    connectionString: database.url,
    application_name: 'banyan outbox relay',
    keepAlive: true,
    connectionTimeoutMillis: connectMaxMs,
    query_timeout: answerMaxMs,
  });
  client.on('error', () => {}); // so that a connection that fails while it is made is told by connect() alone
  await client.connect();
  return { client, end: () => Promise.race([client.end().catch(() => undefined), delay(goodbyeMaxMs, undefined, { ref: false })]) };
}
