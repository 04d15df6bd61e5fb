// Fills a scratch database with the rows of a live one as they are at one position; nothing stays behind on the live side.
import { type Client, escapeLiteral } from 'pg';
import { carrySequences, loadSequences, pairSequences } from '../catalogue/sequences.ts';
import { describeMismatch, loadTableShape, type TableShape } from '../catalogue/table-shape.ts';
import { ReplicationError } from '../errors.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { closeSession, destroySession, openSession } from '../postgres/session.ts';
import { type CopiedTable, copyTable } from '../stream/copy.ts';
import type { ReplicatedTable } from '../stream/options.ts';

export interface SnapshotCopy {
  readonly source: string;
  readonly target: string;
  /** Default: every table of the source but those in the schema `banyan`. Unlike a stream's, these may lack a key. */
  readonly tables?: readonly ReplicatedTable[];
  /** Called when the snapshot is taken: what commits from now on is not in the copy. */
  readonly onSnapshot?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * The target has the tables already; what it holds in them goes first. Triggers, foreign keys and defaults do not act on the rows.
 * Sequences move forward to where the source's are, which may be past the snapshot. Throws REPLICATION_TABLE_MISSING,
 * REPLICATION_TABLE_MISMATCH, REPLICATION_RIGHT_MISSING, REPLICATION_ABORTED.
 */
export async function copySnapshot(copy: SnapshotCopy): Promise<{ readonly rows: number; readonly tables: readonly string[] }> {
  return withRightsExplained(async () => {
    const source = await openSession(copy.source, { name: 'snapshot' });
    const target = await openSession(copy.target, { name: 'snapshot' }).catch((error: unknown) => {
      closeSession(source);
      throw error;
    });
    const cut = () => [source, target].forEach((session) => destroySession(session));
    copy.signal?.addEventListener('abort', cut, { once: true });
    try {
      copy.signal?.throwIfAborted();
      return await copyInSessions(copy, source, target);
    } catch (error) {
      if (copy.signal?.aborted === true) throw new ReplicationError('REPLICATION_ABORTED', 'The copy was cancelled.', { cause: error });
      throw error;
    } finally {
      copy.signal?.removeEventListener('abort', cut);
      [source, target].forEach((session) => closeSession(session));
    }
  });
}

async function copyInSessions(copy: SnapshotCopy, source: Client, target: Client) {
  await source.query('begin isolation level repeatable read read only');
  await source.query('select pg_catalog.pg_current_snapshot()'); // the snapshot is taken by the first query, not by BEGIN
  await copy.onSnapshot?.();
  const tables = copy.tables ?? (await allTables(source)).map((name) => ({ source: name, target: name }));
  await target.query('begin');
  await target.query('set local session_replication_role = replica');
  let rows = 0;
  for (const table of tables) {
    const pair = await pairOf(source, target, table);
    await target.query(`delete from ${quoteTable(table.target)}`);
    rows += (await copyTable(source, target, pair, () => {})).rows;
  }
  await carryAllSequences(source, target, tables);
  await target.query('commit');
  return { rows, tables: tables.map((table) => table.target) };
}

/** Every table that holds rows of its own, as `schema.table`. */
async function allTables(session: Client): Promise<string[]> {
  const found = await session.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^(pg_|information_schema$|banyan$)' order by 1`,
  );
  return found.rows.map((row) => row.name);
}

async function pairOf(source: Client, target: Client, table: ReplicatedTable): Promise<CopiedTable> {
  const [one, two] = [await shapeOf(source, table.source, 'source'), await shapeOf(target, table.target, 'scratch copy')];
  const problems = describeMismatch(one, two);
  if (problems.length > 0) {
    throw new ReplicationError('REPLICATION_TABLE_MISMATCH', `${table.source} does not fit the scratch copy: ${problems.join('; ')}.`);
  }
  return { source: one, target: two, columns: two.columns.filter((column) => !column.generated) };
}

async function shapeOf(session: Client, name: string, side: string): Promise<TableShape> {
  const shape = await loadTableShape(session, name);
  if (shape !== undefined) return shape;
  throw new ReplicationError('REPLICATION_TABLE_MISSING', `Table ${name} does not exist on the ${side}.`);
}

/** Those that feed columns by table and column, all others by name. */
async function carryAllSequences(source: Client, target: Client, tables: readonly ReplicatedTable[]): Promise<void> {
  const from = await loadSequences(
    source,
    tables.map((table) => table.source),
  );
  const to = await loadSequences(
    target,
    tables.map((table) => table.target),
  );
  await carrySequences(source, target, pairSequences(from, to, tables));
  const fed = new Set(from.map((sequence) => sequence.sequence));
  const free = (await looseSequences(source)).filter(({ name }) => !fed.has(name));
  const known = new Set((await looseSequences(target)).map(({ name }) => name));
  for (const { name, lastValue } of free.filter((sequence) => known.has(sequence.name) && sequence.lastValue !== null)) {
    await target.query('select pg_catalog.setval($1::regclass, $2::bigint)', [quoteTable(name), lastValue]);
  }
}

async function looseSequences(session: Client): Promise<{ name: string; lastValue: string | null }[]> {
  const found = await session.query<{ name: string; lastValue: string | null }>(
    `select schemaname || '.' || sequencename as name, last_value::text as "lastValue" from pg_catalog.pg_sequences
     where schemaname <> ${escapeLiteral('banyan')}`,
  );
  return found.rows;
}
