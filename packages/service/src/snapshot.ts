/** What an owner shows of its rows to services that keep a copy: page by page, each key with the last event that is in it. */
import type { SqlSession } from '@banyan/outbox';

/** What belongs to one partition key. */
export interface SnapshotEntry {
  readonly key: string;
  /** The number of the key's last event that is part of `data`; "0" before the first. */
  readonly sequence: string;
  readonly data: unknown;
}

export interface SnapshotPage {
  readonly entries: readonly SnapshotEntry[];
  /** Continue after this key; absent on the last page. */
  readonly next?: string;
}

export interface SnapshotQuery {
  /** SELECT with the columns `key` (text, the partition key of the events) and `data` (json), one row per key. */
  readonly rows: string;
  /** As in the envelopes of this program: `/node-learn/question`. */
  readonly source: string;
  /** Keys after this one in the order of their bytes. Default: from the first. */
  readonly after?: string;
  /** Default 500: who fills a copy holds its events back for one page at a time, and each page looks through all rows once. */
  readonly limit?: number;
}

/**
 * One statement, so that each key's data and sequence are of one moment. Pages may be of different moments: what changed in between comes as an
 * event with a higher sequence. Needs installOutbox() on the database.
 */
export function readSnapshotPage(session: SqlSession, { source, ...query }: SnapshotQuery): Promise<SnapshotPage> {
  const sequences = 'select partition_key, last_sequence as sequence from banyan.outbox_keys where source = $1';
  return readPage(session, sequences, { of: source, ...query });
}

/** The same of a copy, with the number of the last event that is in it. Needs installProjectionTables(). */
export function readCopyPage(session: SqlSession, query: Omit<SnapshotQuery, 'source'> & { readonly name: string }): Promise<SnapshotPage> {
  const sequences = 'select partition_key, sequence from banyan.projection_keys where projection = $1';
  return readPage(session, sequences, { of: query.name, ...query });
}

interface PageQuery extends Omit<SnapshotQuery, 'source'> {
  /** Whose sequences. */
  readonly of: string;
}

async function readPage(
  session: SqlSession,
  sequences: string,
  { rows: select, of, after = '', limit = 500 }: PageQuery,
): Promise<SnapshotPage> {
  // The page's last key first: without a bound the data of all keys to come would be made, only to be left out.
  const { rows } = await session.query<{ key: string; sequence: string; data: unknown }>(
    `select s.key, coalesce(k.sequence, 0)::text as sequence, s.data from (${select}) s
     left join (${sequences}) k on k.partition_key = s.key
     where s.key collate "C" > $2 and s.key collate "C" <= (
       select max(key collate "C") from (select key from (${select}) s where key collate "C" > $2 order by key collate "C" limit $3) page)
     order by s.key collate "C"`,
    [of, after, limit],
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  return { entries: rows, ...(last === undefined ? {} : { next: last.key }) };
}
