/** Reading the feed up to the watermark, finding events by what they belong to, and positions by time. */
import type { ClientBase, Pool, QueryConfig, QueryResult } from 'pg';
import type { FeedPage, FeedQuery, FeedRange, FindQuery, StoredEvent, TimeRange } from '../event-log.ts';
import { eventColumns, rowToStoredEvent, type EventRow } from './stored-event.ts';
import type { Watermark } from './watermark.ts';

/** Positions that one statement looks at, so that a reader of rare types gets through a long log in statements of bounded length. */
const windowMax = 50_000n;

/** @param pool of sessions that send a statement without waiting for the answer to the one before (`pipeline`). */
export async function readFeed(pool: Pool, watermark: Watermark, query: FeedQuery): Promise<FeedPage> {
  const { after, limit, through: end } = query;
  const from = typeof after === 'bigint' ? after : lowest([...after.values()]);
  const within = lowest([from + windowMax, ...(end === undefined ? [] : [end])]);
  if (within <= from) return { events: [], through: from, more: isMore(watermark, from, end) };
  // A reader that is far behind has enough to read below the watermark that is known.
  const isFarBehind = watermark.position >= from + BigInt(limit);
  const upTo = isFarBehind ? lowest([watermark.position, within]) : within;
  const page = toPageQuery(query, from, upTo);
  const found = isFarBehind ? await pool.query<EventRow>(page) : await lookAndRead(pool, watermark, page);
  const through = lowest([upTo, watermark.position]);
  if (through <= from) return { events: [], through: from, more: isMore(watermark, from, end) };
  const complete = found.rows.filter(({ position }) => BigInt(position) <= through);
  const reached = complete.length < limit ? through : BigInt(complete.at(-1)!.position);
  return { events: complete.map(rowToStoredEvent), through: reached, more: isMore(watermark, reached, end) };
}

function toPageQuery({ after, limit, types }: FeedQuery, from: bigint, upTo: bigint): QueryConfig {
  const values: unknown[] = [from, upTo, limit];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const own = typeof after === 'bigint' ? '' : `and e.position > (${parameter(toArray(after))}::bigint[])[e.partition + 1]`;
  const ofTypes = types === undefined ? '' : `and e.type = any(${parameter(types)}::text[])`;
  return {
    name: `banyan-read-${own === '' ? 'all' : 'own'}-${ofTypes === '' ? 'all' : 'types'}`,
    text: `select ${eventColumns} from banyan.events e where e.position > $1 and e.position <= $2 ${own} ${ofTypes} order by e.position limit $3`,
    values,
  };
}

/**
 * One round trip. The page is read behind the look, and so sees everything up to the watermark that the look gives; in one statement with it,
 * it would miss what was committed between its snapshot and its look at the locks.
 */
async function lookAndRead(pool: Pool, watermark: Watermark, page: QueryConfig): Promise<QueryResult<EventRow>> {
  const client = await pool.connect();
  try {
    const [, found] = await Promise.all([watermark.advanceOn(client), client.query<EventRow>(page)]);
    return found;
  } finally {
    client.release();
  }
}

/** By partition; null, which nothing is above, for those that are not read. */
function toArray(after: ReadonlyMap<number, bigint>): (bigint | null)[] {
  return Array.from({ length: Math.max(...after.keys()) + 1 }, (_, partition) => after.get(partition) ?? null);
}

function isMore(watermark: Watermark, through: bigint, end: bigint | undefined): boolean {
  return through < (end === undefined ? watermark.head : lowest([watermark.head, end]));
}

function lowest(positions: readonly bigint[]): bigint {
  return positions.reduce((low, position) => (position < low ? position : low));
}

const foundMax = 10_000;

export async function findEvents(pool: Pool, query: FindQuery): Promise<StoredEvent[]> {
  const limit = query.limit ?? foundMax;
  const [condition, values] =
    'correlationId' in query
      ? ['e.correlation_id = $2', [limit, query.correlationId]]
      : query.source === undefined
        ? ['e.aggregate_id = $2', [limit, query.partitionKey]]
        : ['e.aggregate_id = $2 and e.service_id = $3', [limit, query.partitionKey, query.source]];
  const found = await pool.query<EventRow>(
    `select ${eventColumns} from banyan.events e where ${condition} order by e.position limit $1`,
    values as unknown[],
  );
  return found.rows.map(rowToStoredEvent);
}

/** On a session of the caller's, in a transaction: the index of times is one that only bitmap scans can use. */
export async function locateTimes(client: ClientBase, { from, to }: TimeRange): Promise<FeedRange> {
  await client.query('set local enable_bitmapscan = on');
  const found = await client.query<{ first: string | null; last: string | null }>(
    `select min(position) as first, max(position) as last from banyan.events
     where timestamp >= coalesce($1::timestamptz, '-infinity') and timestamp < coalesce($2::timestamptz, 'infinity')`,
    [from?.toISOString() ?? null, to?.toISOString() ?? null],
  );
  const { first, last } = found.rows[0]!;
  return first === null || last === null ? { after: 0n, through: 0n } : { after: BigInt(first) - 1n, through: BigInt(last) };
}
