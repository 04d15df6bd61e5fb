/** Opens a log: creates its tables when they are missing, then appends and reads through a pool of its own. */
import type { EventEnvelope } from '@banyan/contract';
import { DatabaseError, Pool, type ClientBase } from 'pg';
import { EventStoreError } from './errors.ts';
import type {
  ErasureRequest,
  EventLog,
  EventLogOperations,
  FeedDiagnosis,
  FeedPage,
  FeedQuery,
  FeedRange,
  FindQuery,
  StoredEvent,
  TimeRange,
} from './event-log.ts';
import { installSchema } from './install-schema.ts';
import { invalid, sequenceBroken, sequenceBrokenState, toAppendStatement } from './log/append.ts';
import { createAppendQueue, type AppendQueue } from './log/append-queue.ts';
import { diagnoseFeed } from './log/diagnose.ts';
import { eraseFields } from './log/erase.ts';
import { findEvents, locateTimes, readFeed } from './log/read.ts';
import { createWatermark, type Watermark } from './log/watermark.ts';
import { leaveToStatements, sessionConfig } from './session-config.ts';
import { report } from './report.ts';

export interface EventLogOptions {
  readonly url: string;
  /** Fixed when the log is created: at most so many subscriptions of one group work at a time. Default 16, at most 1,024. */
  readonly partitions?: number;
  /** Connections at most: one appends, the others read. Default 8. */
  readonly connections?: number;
  /** What `pg_stat_activity` and a diagnosis call this program. Default `banyan event log`. */
  readonly name?: string;
}

/**
 * Throws EVENT_STORE_READ_ONLY on a standby, EVENT_STORE_SCHEMA_FAILED, EVENT_STORE_PARTITIONS_FIXED; the errors of `pg` when the server does not answer.
 * A lost connection fails the call under way; the next one connects again.
 */
export async function createEventLog(options: EventLogOptions): Promise<EventLog & EventLogOperations> {
  const { url, partitions = 16, connections = 8, name = 'banyan event log' } = options;
  // Pages of the feed are read in the order of their index, no further than their limit; a bitmap would first gather and sort the whole stretch.
  const pool = new Pool({
    ...sessionConfig(url, name, { enable_bitmapscan: 'off' }),
    pipeline: true,
    max: connections,
    idleTimeoutMillis: 60_000,
  });
  pool.on('error', (error) => report('info', 'event-store.connection.lost', 'An idle connection ended', { reason: error.message }));
  leaveToStatements(pool);
  try {
    await withClient(pool, (client) => prepare(client, partitions));
    return new PostgresEventLog(pool, partitions);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function prepare(client: ClientBase, partitions: number): Promise<void> {
  const standby = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (standby.rows[0]?.standby === true) throw new EventStoreError('EVENT_STORE_READ_ONLY', 'The database is a standby.');
  await installSchema(client, 'event-store', new URL('../schema/', import.meta.url));
  await client.query(
    'insert into banyan.event_log (partitions) select $1 where not exists (select from banyan.event_log) on conflict do nothing',
    [partitions],
  );
  const found = await client.query<{ partitions: number }>('select partitions from banyan.event_log');
  const fixed = found.rows[0]?.partitions;
  if (fixed === partitions) return;
  throw new EventStoreError('EVENT_STORE_PARTITIONS_FIXED', `The log has ${fixed} partitions, and ${partitions} were asked for.`);
}

async function withClient<Result>(pool: Pool, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

async function inTransaction<Result>(pool: Pool, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
  return withClient(pool, async (client) => {
    await client.query('begin');
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {}); // the connection is gone, and the transaction with it
      throw error;
    }
  });
}

class PostgresEventLog implements EventLog, EventLogOperations {
  readonly partitions: number;
  readonly #pool: Pool;
  readonly #watermark: Watermark;
  readonly #appends: AppendQueue;
  #closing: Promise<void> | undefined;

  constructor(pool: Pool, partitions: number) {
    this.partitions = partitions;
    this.#pool = pool;
    this.#watermark = createWatermark(pool);
    const appendBatch = async (events: readonly EventEnvelope[]): Promise<void> => {
      await pool.query(toAppendStatement(events, partitions)).catch(toRefusal);
    };
    this.#appends = createAppendQueue(appendBatch, (error) => error instanceof EventStoreError);
  }

  async append(events: readonly EventEnvelope[]): Promise<void> {
    this.#open();
    if (events.length > 0) await this.#appends.append(events);
  }

  async read(query: FeedQuery): Promise<FeedPage> {
    if (typeof query.after !== 'bigint' && query.after.size === 0) return { events: [], through: 0n, more: false };
    return readFeed(this.#open(), this.#watermark, query);
  }

  async find(query: FindQuery): Promise<readonly StoredEvent[]> {
    return findEvents(this.#open(), query);
  }

  async locate(range: TimeRange): Promise<FeedRange> {
    return inTransaction(this.#open(), (client) => locateTimes(client, range));
  }

  async diagnose(): Promise<FeedDiagnosis> {
    return diagnoseFeed(this.#open(), this.#watermark);
  }

  async erase(request: ErasureRequest): Promise<number> {
    return inTransaction(this.#open(), (client) => eraseFields(client, request));
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#appends.whenIdle().then(() => this.#pool.end()));
  }

  #open(): Pool {
    if (this.#closing !== undefined) throw new EventStoreError('EVENT_STORE_CLOSED', 'The log has been closed.');
    return this.#pool;
  }
}

/** Data that no row can hold stays refused however often it is sent; everything else is the server's or the network's. */
function toRefusal(error: unknown): never {
  if (error instanceof DatabaseError && error.code === sequenceBrokenState) throw sequenceBroken(error.message, error);
  if (error instanceof DatabaseError && error.code?.startsWith('22') === true)
    throw invalid(`Nothing was appended: ${error.message}`, error);
  throw error;
}
