// The fence: a side that does not own a table refuses direct writes to it, for every session except an applier.
import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { installBookkeeping } from '../bookkeeping/schema.ts';
import { ReplicationError } from '../errors.ts';
import { sqlState } from '../postgres/failure.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import type { SqlSession } from '../postgres/session.ts';

const trigger = escapeIdentifier('banyan_fence');

/** Raised in front of every direct statement; cascades run at a depth above 0 and never reach it. */
const refuseFunction = `create or replace function banyan.refuse_write() returns trigger language plpgsql as $$
  begin
    raise exception using errcode = '25006',
      message = format('%I.%I is owned by another service; %s is refused here', tg_table_schema, tg_table_name, tg_op),
      hint = 'The table was moved. Send this write through the gateway.';
  end $$`;

/** A waiting schema change keeps every new writer waiting behind it: it is tried for so long at a time, with pauses to let them through. */
const tryLockMs = 150;
const pauseMs = 250;
const patienceMs = 10_000;

/**
 * Puts the fence on the tables, open: a disabled trigger that costs writers nothing. Closing it later is one catalogue change, which
 * every session sees whatever snapshot it works with (a row looked up by the trigger would be invisible to an older REPEATABLE READ one).
 * A long-running writer makes it give way again and again, for 10 s; then it throws REPLICATION_FENCE_LOCK_TIMEOUT.
 */
export async function installFence(session: SqlSession, tables: readonly string[]): Promise<void> {
  await installBookkeeping(session);
  const missing = await tablesWithoutFence(session, tables);
  if (missing.length === 0) return;
  const statements = missing.map((table) => {
    const name = quoteTable(table);
    return `create trigger ${trigger} before insert or update or delete or truncate on ${name}
      for each statement when (pg_catalog.pg_trigger_depth() = 0) execute function banyan.refuse_write();
      alter table ${name} disable trigger ${trigger};
      insert into banyan.fence (table_name) values (${escapeLiteral(table)}) on conflict do nothing`;
  });
  await patiently(session, missing, `select pg_catalog.pg_advisory_xact_lock(7233020, 2); ${refuseFunction}; ${statements.join('; ')}`);
}

async function patiently(session: SqlSession, tables: readonly string[], statements: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      await session.query(`begin; set local lock_timeout = ${tryLockMs}; ${statements}; commit`);
      return;
    } catch (error) {
      await session.query('rollback');
      if (sqlState(error) !== '55P03') throw error;
      if (performance.now() > giveUpAt) throw lockTimeout(tables, patienceMs, error);
    }
    await delay(pauseMs);
  }
}

export function lockTimeout(tables: readonly string[], waitedMs: number, cause: unknown): ReplicationError {
  const message = `A writer held ${tables.join(', ')} for more than ${waitedMs} ms.`;
  return new ReplicationError('REPLICATION_FENCE_LOCK_TIMEOUT', message, { cause });
}

/** Closes the fence inside the caller's transaction, keeping the epoch. */
export async function closeFenceInTransaction(session: SqlSession, tables: readonly string[]): Promise<void> {
  await session.query(
    sorted(tables)
      .map((table) => `alter table ${quoteTable(table)} enable trigger ${trigger}`)
      .join('; '),
  );
  await session.query('update banyan.fence set closed = true, changed_at = clock_timestamp() where table_name = any($1)', [tables]);
}

/** Takes the fence away; for tables that are done moving. */
export async function removeFence(session: SqlSession, tables: readonly string[]): Promise<void> {
  const statements = sorted(tables).map((table) => `drop trigger if exists ${trigger} on ${quoteTable(table)}`);
  await patiently(session, tables, statements.join('; '));
  await session.query('delete from banyan.fence where table_name = any($1)', [tables]);
}

export interface FenceState {
  readonly table: string;
  readonly epoch: bigint;
  readonly closed: boolean;
}

/** The fence of each table as the catalogue has it: closed means that the trigger is enabled. */
export async function readFence(session: SqlSession, tables: readonly string[]): Promise<FenceState[]> {
  const found = await session.query(
    `select f.table_name, f.epoch::text as epoch, coalesce(t.tgenabled <> 'D', false) as closed
     from banyan.fence f
     left join (pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                join pg_catalog.pg_trigger t on t.tgrelid = c.oid and t.tgname = 'banyan_fence') on n.nspname || '.' || c.relname = f.table_name
     where f.table_name = any($1) order by 1`,
    [tables],
  );
  return found.rows.map((row) => ({
    table: row['table_name'] as string,
    epoch: BigInt(row['epoch'] as string),
    closed: row['closed'] === true,
  }));
}

export function sorted(tables: readonly string[]): string[] {
  return [...tables].sort();
}

/** Tables that have no trigger, or no row that says their epoch. */
export async function tablesWithoutFence(session: SqlSession, tables: readonly string[]): Promise<string[]> {
  const found = await session.query(
    `select n.nspname || '.' || c.relname as name from pg_catalog.pg_trigger t
     join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join banyan.fence f on f.table_name = n.nspname || '.' || c.relname
     where t.tgname = 'banyan_fence' and not t.tgisinternal`,
  );
  const present = new Set(found.rows.map((row) => row['name'] as string));
  return sorted(tables).filter((table) => !present.has(table));
}

export function fenceMissing(tables: readonly string[]): ReplicationError {
  return new ReplicationError('REPLICATION_FENCE_MISSING', `There is no fence on ${tables.join(', ')}.`);
}
