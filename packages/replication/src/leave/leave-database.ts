// Takes out of a database what moves have put there, so that it is as if there had never been one.
import type { Client } from 'pg';
import { ReplicationError } from '../errors.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { withSession } from '../postgres/session.ts';
import { dropOrigin, dropSlot } from '../stream/slot.ts';

export interface LeaveReport {
  readonly slots: readonly string[];
  readonly publications: readonly string[];
  /** Tables that had a fence; it was open. */
  readonly fences: readonly string[];
  /** Schema banyan was there. */
  readonly bookkeeping: boolean;
}

export interface LeaveOptions {
  readonly url: string;
  /** How long a slot may still be held by a session that is ending. Default 10 000 ms. */
  readonly busyTimeoutMs?: number;
}

/**
 * Drops slots, publications, fences, origins and schema banyan; none of the tables is touched. Throws REPLICATION_FENCE_CLOSED, having changed
 * nothing, while the tables of a fence are owned by another side, and REPLICATION_STREAM_BUSY while a stream is followed. May be called again.
 */
export async function leaveDatabase({ url, busyTimeoutMs = 10_000 }: LeaveOptions): Promise<LeaveReport> {
  return withRightsExplained(() => withSession(url, 'leave', (session) => leave(session, busyTimeoutMs)));
}

async function leave(session: Client, busyTimeoutMs: number): Promise<LeaveReport> {
  const fences = await fencesIn(session);
  const closed = fences.filter((fence) => fence.closed).map((fence) => fence.table);
  if (closed.length > 0)
    throw new ReplicationError(
      'REPLICATION_FENCE_CLOSED',
      `${closed.join(', ')} ${closed.length === 1 ? 'is' : 'are'} owned by another side.`,
    );
  const streams = await streamsInto(session);
  const slots = await namesIn(session, 'select slot_name from pg_replication_slots where database = current_database()');
  for (const slot of slots) await dropSlot(session, slot, busyTimeoutMs);
  const publications = await namesIn(session, 'select pubname from pg_publication');
  for (const publication of publications) await session.query(`drop publication if exists ${publication}`);
  for (const { table } of fences) await session.query(`drop trigger if exists banyan_fence on ${quoteTable(table)}`);
  const schema = await session.query("select 1 from pg_namespace where nspname = 'banyan'");
  await session.query('drop schema if exists banyan cascade');
  for (const stream of streams) await dropOrigin(session, stream, busyTimeoutMs);
  return { slots, publications, fences: fences.map(({ table }) => table), bookkeeping: schema.rows.length > 0 };
}

/** By the catalogue: a fence that nobody has written down is one as well. */
async function fencesIn(session: Client): Promise<{ table: string; closed: boolean }[]> {
  const found = await session.query<{ table: string; closed: boolean }>(
    `select n.nspname || '.' || c.relname as table, t.tgenabled <> 'D' as closed
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where t.tgname = 'banyan_fence' and not t.tgisinternal order by 1`,
  );
  return found.rows;
}

/** Origins belong to the whole server, so only those are dropped that wrote here. */
async function streamsInto(session: Client): Promise<string[]> {
  const known = await session.query<{ there: boolean }>("select to_regclass('banyan.stream_position') is not null as there");
  if (known.rows[0]?.there !== true) return [];
  const found = await session.query<{ stream: string }>('select stream from banyan.stream_position order by 1');
  return found.rows.map(({ stream }) => stream);
}

/** Of our own making, which is what their names say. */
async function namesIn(session: Client, query: string): Promise<string[]> {
  const found = await session.query<{ name: string }>(
    `select name from (${query}) as all_of_them (name) where name ~ '^banyan_[a-z0-9_]+$'`,
  );
  return found.rows.map(({ name }) => name);
}
