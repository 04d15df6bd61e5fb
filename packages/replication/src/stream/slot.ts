// Publication, slot and origin of a stream: made, checked, removed.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, escapeIdentifier } from 'pg';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { isBusy, messageOf, sqlState } from '../postgres/failure.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { textToLsn } from '../postgres/lsn.ts';
import { destroySession, type SqlSession, withSession } from '../postgres/session.ts';

export function objectName(stream: string): string {
  return `banyan_${stream}`;
}

/** Creates or corrects the publication. It must exist before the slot, or decoding fails on the older WAL. */
export async function ensurePublication(source: SqlSession, stream: string, tables: readonly string[]): Promise<void> {
  const name = escapeIdentifier(objectName(stream));
  const list = tables.map((table) => quoteTable(table)).join(', ');
  const exists = await source.query('select 1 from pg_catalog.pg_publication where pubname = $1', [objectName(stream)]);
  if (exists.rows.length === 0) await source.query(`create publication ${name} for table ${list} with (publish_via_partition_root = true)`);
  else await source.query(`alter publication ${name} set table ${list}`);
  crashPoint('prepare.publication-created');
}

export interface CreatedSlot {
  /** The snapshot shows exactly the transactions whose commit record lies before this. */
  readonly consistentPoint: bigint;
  readonly snapshot: string;
}

/**
 * Creates a slot with an exported snapshot on a replication session. It waits for every open write transaction of the server,
 * so it is bounded: after `timeoutMs` the session is cut and REPLICATION_LONG_TRANSACTION names who is in the way.
 */
export async function createSlot(
  replication: Client,
  sourceUrl: string,
  slot: { readonly name: string; readonly temporary: boolean; readonly timeoutMs: number },
): Promise<CreatedSlot> {
  const kind = slot.temporary ? 'TEMPORARY LOGICAL' : 'LOGICAL';
  const creating = replication.query(`CREATE_REPLICATION_SLOT ${escapeIdentifier(slot.name)} ${kind} pgoutput (SNAPSHOT 'export')`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      describeWriters(sourceUrl).then((writers) => {
        reject(
          new ReplicationError(
            'REPLICATION_LONG_TRANSACTION',
            `Slot ${slot.name} waited ${slot.timeoutMs} ms for open transactions: ${writers}.`,
          ),
        );
      }, reject);
    }, slot.timeoutMs);
  });
  try {
    const created = await Promise.race([creating, late]);
    const row = created.rows[0] as Record<string, string>;
    return { consistentPoint: textToLsn(row['consistent_point'] ?? '0/0'), snapshot: row['snapshot_name'] ?? '' };
  } catch (error) {
    if (error instanceof ReplicationError) {
      creating.catch(() => {}); // cut off by us; the reason is already known
      destroySession(replication);
    }
    if (sqlState(error) === '55000' && /wal_level/.test(messageOf(error))) {
      throw new ReplicationError('REPLICATION_WAL_LEVEL', `The source cannot be followed: ${messageOf(error)}.`, { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Drops a slot, waiting for a dead holder to go. */
export async function dropSlot(source: SqlSession, slot: string, busyTimeoutMs: number): Promise<void> {
  await retryWhileBusy(`Slot ${slot}`, busyTimeoutMs, () =>
    source.query(
      'select pg_catalog.pg_drop_replication_slot(slot_name) from pg_catalog.pg_replication_slots where slot_name = $1 and database = current_database()',
      [slot],
    ),
  );
}

/** Makes the session the only applier of the stream, and its changes recognisable. */
export async function takeOrigin(target: SqlSession, stream: string, busyTimeoutMs: number): Promise<void> {
  const name = objectName(stream);
  await target
    .query('select pg_catalog.pg_replication_origin_create($1) where pg_catalog.pg_replication_origin_oid($1) is null', [name])
    .catch((error: unknown) => {
      if (sqlState(error) !== '23505') throw error; // another session made it in the same moment
    });
  await retryWhileBusy(`Stream ${stream}`, busyTimeoutMs, () =>
    target.query('select pg_catalog.pg_replication_origin_session_setup($1)', [name]),
  );
  await target.query('set session_replication_role = replica');
}

export async function dropOrigin(target: SqlSession, stream: string, busyTimeoutMs: number): Promise<void> {
  const name = objectName(stream);
  await retryWhileBusy(`Stream ${stream}`, busyTimeoutMs, () =>
    target.query('select pg_catalog.pg_replication_origin_drop($1) where pg_catalog.pg_replication_origin_oid($1) is not null', [name]),
  );
}

/** Repeats while another session holds the slot or origin; throws REPLICATION_STREAM_BUSY after the timeout. */
export async function retryWhileBusy<T>(what: string, timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() + pauseMs > deadline) {
        throw new ReplicationError('REPLICATION_STREAM_BUSY', `${what} is in use by another session: ${messageOf(error)}.`);
      }
      await sleep(pauseMs);
    }
  }
}

/** Open transactions that hold an xid, and prepared ones, as words. */
async function describeWriters(url: string): Promise<string> {
  const found = await withSession(url, 'inspect', (session) =>
    session.query<{ line: string }>(
      `select 'pid ' || pid || ' (' || coalesce(nullif(application_name, ''), 'no name') || ') for ' ||
              extract(epoch from clock_timestamp() - xact_start)::int || ' s' as line
       from pg_catalog.pg_stat_activity where backend_xid is not null and pid <> pg_catalog.pg_backend_pid()
       union all
       select 'prepared transaction ' || gid from pg_catalog.pg_prepared_xacts`,
    ),
  );
  return found.rows.length === 0 ? 'none is open now' : found.rows.map((row) => row.line).join('; ');
}
