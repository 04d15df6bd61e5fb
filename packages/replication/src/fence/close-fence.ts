// Closing and opening the fence: one short transaction each, with the epoch that tells old owners from new ones.
import { type Client, escapeLiteral } from 'pg';
import { endPosition } from '../bookkeeping/position.ts';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { sqlState } from '../postgres/failure.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { closeSession, openSession } from '../postgres/session.ts';
import { markPrefix, openedPrefix } from '../stream/marks.ts';
import { fenceMissing, lockTimeout, readFence, sorted } from './fence.ts';

export interface FenceOptions {
  readonly tables: readonly string[];
  /** How long running writers are waited for; new ones queue behind. Default 1 000 ms. */
  readonly lockTimeoutMs?: number;
  /** Written into the log inside the fence's transaction, for `mark` of a stream that reads this side. */
  readonly mark?: string;
}

export interface UnfenceOptions {
  readonly tables: readonly string[];
  readonly epoch: bigint;
  /** Default 1 000 ms. */
  readonly lockTimeoutMs?: number;
  /** The stream that reads this side and awaits its opening. */
  readonly announce?: string;
  /** The stream that wrote to this side: its position ends in the same transaction, so that it cannot go on. */
  readonly ends?: string;
}

export interface FenceReport {
  /** Time until the last running writer was done. */
  readonly lockWaitMs: number;
  readonly ms: number;
}

/** A session that is ready to close or open a fence without further preparation. */
export async function openFenceSession(url: string): Promise<Client> {
  const session = await openSession(url, { name: 'fence' });
  // A lock held by autovacuum is given up only after deadlock_timeout (1 s); with the right to set it, it is given up at once.
  await session.query("set deadlock_timeout = '20ms'").catch((error: unknown) => {
    if (sqlState(error) !== '42501') throw error;
  });
  return session;
}

/**
 * Refuses direct writes from now on. The lock waits for every running writer, so the mark, which is written under the lock, lies
 * behind all of them in the log: whoever has applied the mark has applied everything this side will ever write.
 * Throws REPLICATION_FENCE_LOCK_TIMEOUT, REPLICATION_FENCE_MISSING. Closing a closed fence is allowed and writes the mark again.
 */
export async function closeFence(session: Client, options: FenceOptions): Promise<FenceReport> {
  const started = performance.now();
  const tables = sorted(options.tables);
  const lockTimeoutMs = Math.max(1, Math.round(options.lockTimeoutMs ?? 1_000));
  const lock = tables.map((table) => quoteTable(table)).join(', ');
  try {
    // The rows are locked first, so that whoever takes a closing back waits for one that is still under way.
    await session.query(
      `begin; set local lock_timeout = ${lockTimeoutMs}; ${lockRows(tables)}; lock table ${lock} in share row exclusive mode`,
    );
    const locked = performance.now();
    crashPoint('fence.locked');
    await session.query(closing(tables, options.mark));
    return { lockWaitMs: locked - started, ms: performance.now() - started };
  } catch (error) {
    await session.query('rollback');
    throw explain(error, tables, lockTimeoutMs);
  }
}

/** Everything under the lock in one message: each round trip here is time in which nobody may write. */
function closing(tables: readonly string[], mark: string | undefined): string {
  const names = tables.map((table) => escapeLiteral(table)).join(', ');
  return [
    ...tables.map((table) => `alter table ${quoteTable(table)} enable trigger "banyan_fence"`),
    `update banyan.fence set closed = true, changed_at = clock_timestamp() where table_name in (${names})`,
    ...(mark === undefined
      ? []
      : [`select pg_catalog.pg_logical_emit_message(true, ${escapeLiteral(markPrefix)}, ${escapeLiteral(mark)})`]),
    'commit',
  ].join('; ');
}

/**
 * Accepts writes from now on, under a new epoch. Throws REPLICATION_EPOCH_STALE when this side has already seen that epoch or a later
 * one: two movers cannot both win. Opening is the point of no return of a cutover.
 */
export async function openFence(session: Client, options: UnfenceOptions): Promise<void> {
  const tables = sorted(options.tables);
  const lockTimeoutMs = Math.max(1, Math.round(options.lockTimeoutMs ?? 1_000));
  try {
    await session.query(`begin; set local lock_timeout = ${lockTimeoutMs}`);
    const moved = await session.query(
      'update banyan.fence set closed = false, epoch = $2, changed_at = clock_timestamp() where table_name = any($1) and epoch < $2 returning table_name',
      [tables, String(options.epoch)],
    );
    if (moved.rowCount !== tables.length) throw await staleOrMissing(session, tables, options.epoch);
    if (options.ends !== undefined) await endPosition(session, options.ends);
    const announce =
      options.announce === undefined
        ? []
        : [`select pg_catalog.pg_logical_emit_message(true, ${escapeLiteral(openedPrefix)}, ${escapeLiteral(options.announce)})`];
    await session.query(
      [...tables.map((table) => `alter table ${quoteTable(table)} disable trigger "banyan_fence"`), ...announce, 'commit'].join('; '),
    );
  } catch (error) {
    await session.query('rollback');
    throw explain(error, tables, lockTimeoutMs);
  }
}

/**
 * Takes a closing back: writes are accepted again under the epoch that was in force. A table that is open is not touched, so a writer
 * that made the closing give up does not hold this up as well.
 */
export async function reopenFence(session: Client, tables: readonly string[]): Promise<void> {
  try {
    await session.query(`begin; set local lock_timeout = 2000; ${lockRows(sorted(tables))}`);
    const closed = (await readFence(session, tables)).filter((state) => state.closed).map((state) => state.table);
    for (const table of sorted(closed)) await session.query(`alter table ${quoteTable(table)} disable trigger "banyan_fence"`);
    await session.query('update banyan.fence set closed = false, changed_at = clock_timestamp() where table_name = any($1) and closed', [
      tables,
    ]);
    await session.query('commit');
  } catch (error) {
    await session.query('rollback');
    throw error;
  }
}

function lockRows(tables: readonly string[]): string {
  const names = tables.map((table) => escapeLiteral(table)).join(', ');
  return `select 1 from banyan.fence where table_name in (${names}) order by table_name for update`;
}

/** Closes the fence of a side, by URL. */
export function fence(url: string, options: FenceOptions): Promise<FenceReport> {
  return inFenceSession(url, (session) => closeFence(session, options));
}

/** Opens the fence of a side under a new epoch, by URL. */
export function unfence(url: string, options: UnfenceOptions): Promise<void> {
  return inFenceSession(url, (session) => openFence(session, options));
}

async function inFenceSession<T>(url: string, work: (session: Client) => Promise<T>): Promise<T> {
  return withRightsExplained(async () => {
    const session = await openFenceSession(url);
    try {
      return await work(session);
    } finally {
      closeSession(session);
    }
  });
}

async function staleOrMissing(session: Client, tables: readonly string[], epoch: bigint): Promise<ReplicationError> {
  const states = await readFence(session, tables);
  const missing = tables.filter((table) => !states.some((state) => state.table === table));
  if (missing.length > 0) return fenceMissing(missing);
  const stale = states.filter((state) => state.epoch >= epoch).map((state) => `${state.table} is at epoch ${state.epoch}`);
  return new ReplicationError('REPLICATION_EPOCH_STALE', `Epoch ${epoch} is not newer: ${stale.join('; ')}.`);
}

function explain(error: unknown, tables: readonly string[], lockTimeoutMs: number): unknown {
  const state = sqlState(error);
  if (state === '55P03') return lockTimeout(tables, lockTimeoutMs, error);
  if (state === '42704' || state === '42P01') return fenceMissing(tables);
  return error;
}
