// A database that owned tables and is lost: finding out whether it is, and keeping what comes in its place from writing.
import type { Client } from 'pg';
import { installBookkeeping } from '../bookkeeping/schema.ts';
import { closeFence } from '../fence/close-fence.ts';
import { installFence, readFence, tablesWithoutFence } from '../fence/fence.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { messageOf, sqlState } from '../postgres/failure.ts';
import { closeSession, openSession, withSession } from '../postgres/session.ts';
import { dropSourcePart, dropTargetPart } from '../stream/prepare.ts';
import type { ReplicationStream } from '../stream/options.ts';
import type { Side } from './types.ts';

export interface LossOptions {
  /** The side that is said to be lost. */
  readonly lost: Side;
  readonly to: Side;
  /** lost -> to. */
  readonly reverseStream: ReplicationStream;
  /** to -> lost. */
  readonly forwardStream: ReplicationStream;
}

export interface Loss {
  /** False: it answers and owns the tables, so an ordinary way back loses nothing. */
  readonly isLost: boolean;
  /** What its database answers, as a sentence. */
  readonly found: string;
  /** Everything the lost side committed before this position of its log is on the other side. What came later is lost with it, and nobody knows what it was. */
  readonly appliedLsn?: string;
  /** When that position was stored, ISO 8601 UTC. */
  readonly appliedAt?: string;
}

/** A side that is asked in vain is not waited for longer. */
const connectTimeoutMs = 3_000;

/** Changes nothing. Throws when `to` cannot be asked. */
export async function examineLoss({ lost, to, reverseStream }: LossOptions): Promise<Loss> {
  const tables = reverseStream.options.tables.map((table) => table.source);
  const known = await withSession(to.url, 'loss', (session) => positionOf(session, reverseStream.name));
  let session: Client | undefined;
  try {
    session = await openSession(lost.url, { name: 'loss', connectTimeoutMs });
    const epoch = await ownedEpoch(session, tables);
    const found =
      epoch === undefined
        ? `The database of ${lost.name} answers, but it does not know that it owns ${tables.join(', ')}.`
        : `The database of ${lost.name} answers and owns ${tables.join(', ')} under epoch ${epoch}.`;
    return { isLost: epoch === undefined, found, ...known };
  } catch (error) {
    if (isBusy(error))
      return { isLost: false, found: `The server of ${lost.name} is there and takes no connection now: ${messageOf(error)}.`, ...known };
    return { isLost: true, found: `The database of ${lost.name} does not answer: ${messageOf(error)}.`, ...known };
  } finally {
    closeSession(session);
  }
}

/** It starts or stops, or has no connection left: that passes. */
function isBusy(error: unknown): boolean {
  return ['57P03', '53300'].includes(sqlState(error) ?? '');
}

/** The epoch under which all tables are open; undefined when one is not there, was never opened, or has lost its fence. */
async function ownedEpoch(session: Client, tables: readonly string[]): Promise<bigint | undefined> {
  const known = await session.query<{ known: boolean }>("select pg_catalog.to_regclass('banyan.fence') is not null as known");
  if (known.rows[0]?.known !== true) return undefined;
  if ((await tablesWithoutFence(session, tables)).length > 0) return undefined;
  const states = await readFence(session, tables);
  return states.every((state) => !state.closed && state.epoch > 0n) ? states[0]?.epoch : undefined;
}

async function positionOf(session: Client, stream: string): Promise<Pick<Loss, 'appliedLsn' | 'appliedAt'>> {
  const known = await session.query<{ known: boolean }>("select pg_catalog.to_regclass('banyan.stream_position') is not null as known");
  if (known.rows[0]?.known !== true) return {};
  const found = await session.query<{ lsn: string; at: string }>(
    `select position::text as lsn, to_char(stored_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
     from banyan.stream_position where stream = $1`,
    [stream],
  );
  const [row] = found.rows;
  return row === undefined ? {} : { appliedLsn: row.lsn, appliedAt: row.at };
}

export interface ReturnedOptions extends LossOptions {
  /** `all`: it owns nothing any more, also when it comes back as it was. `fresh`: only tables that never were open to it. */
  readonly tables: 'all' | 'fresh';
}

/**
 * Closes the fence of what is there in the place of a lost database: a service has no right to write before its epoch, and one that comes
 * back as it was has none any more. With `all` what the streams left there goes too. Answers whether all tables are closed now; false while the
 * database or a table is missing. May be repeated.
 */
export async function closeReturned(options: ReturnedOptions): Promise<boolean> {
  const { lost, forwardStream, reverseStream } = options;
  const names = reverseStream.options.tables.map((table) => table.source);
  let session: Client | undefined;
  try {
    session = await openSession(lost.url, { name: 'returned', connectTimeoutMs });
  } catch {
    return false; // not there yet
  }
  try {
    const present = await presentTables(session, names);
    if (present.length > 0) await closeTables(session, present, options.tables);
    if (present.length < names.length) return false;
  } finally {
    closeSession(session);
  }
  if (options.tables === 'all') {
    await dropSourcePart(reverseStream.options);
    await dropTargetPart(forwardStream.options);
  }
  return true;
}

async function presentTables(session: Client, names: readonly string[]): Promise<string[]> {
  const found = await session.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname = any($1)`,
    [names],
  );
  return found.rows.map(({ name }) => name);
}

async function closeTables(session: Client, tables: readonly string[], which: ReturnedOptions['tables']): Promise<void> {
  await withRightsExplained(async () => {
    await installBookkeeping(session);
    const fresh = await tablesWithoutFence(session, tables);
    await installFence(session, fresh);
    if (fresh.length > 0) await session.query('update banyan.fence set epoch = 0 where table_name = any($1)', [fresh]);
    const open = (await readFence(session, tables)).filter((state) => !state.closed && (which === 'all' || state.epoch === 0n));
    if (open.length > 0) await closeFence(session, { tables: open.map((state) => state.table) });
  });
}
