// Proof that the way back works before it is needed: a row makes the journey, and every table takes a write that is then undone.
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { RowChange } from '../apply/change.ts';
import { ReferentialActions } from '../apply/referential-actions.ts';
import { Sink } from '../apply/sink.ts';
import { controlTable } from '../bookkeeping/schema.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { ReplicationError } from '../errors.ts';
import { explainRights } from '../inspect/rights.ts';
import { messageOf, sqlState } from '../postgres/failure.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { withSession } from '../postgres/session.ts';
import type { ReplicationStream } from '../stream/options.ts';
import { columnsAsText } from '../verify/rows-by-key.ts';

export interface WayBackProof {
  /** From the write of the control row until it was read on the other side. */
  readonly roundTripMs: number;
  /** `rowTried` is false for an empty table: rights and statements were checked, no row was. */
  readonly tables: readonly { readonly table: string; readonly rowTried: boolean }[];
}

/**
 * Sends a control row through the stream, which must be running, and applies update, delete and insert of one existing row per table
 * on its target in a transaction that is rolled back. The dry run holds that row's locks for some milliseconds; it gives up after
 * 500 ms of waiting and tries three times. Throws REPLICATION_WAY_BACK_BROKEN with the cause.
 */
export async function proveWayBack(stream: ReplicationStream, options: { readonly timeoutMs?: number } = {}): Promise<WayBackProof> {
  try {
    const roundTripMs = await sendControlRow(stream, options.timeoutMs ?? 10_000);
    const tables = await withSession(stream.options.source, 'way back', (source) =>
      withSession(stream.options.target, 'way back', (target) => tryTables(stream, source, target)),
    );
    return { roundTripMs, tables };
  } catch (error) {
    const cause = explainRights(error);
    throw new ReplicationError(
      'REPLICATION_WAY_BACK_BROKEN',
      `The way back through stream ${stream.name} does not work: ${messageOf(cause)}`,
      { cause },
    );
  }
}

async function sendControlRow(stream: ReplicationStream, timeoutMs: number): Promise<number> {
  const started = performance.now();
  const token = randomUUID();
  const table = quoteTable(controlTable(stream.name));
  await withSession(stream.options.source, 'way back', (session) =>
    session.query(`insert into ${table} (id, token) values (1, $1) on conflict (id) do update set token = excluded.token`, [token]),
  );
  await stream.mark({ timeoutMs });
  const found = await withSession(stream.options.target, 'way back', (session) =>
    session.query<{ token: string }>(`select token from ${table} where id = 1`),
  );
  if (found.rows[0]?.token !== token) throw new Error('the control row was applied, but the target does not show it');
  return performance.now() - started;
}

async function tryTables(stream: ReplicationStream, source: Client, target: Client): Promise<{ table: string; rowTried: boolean }[]> {
  const pairs = await loadPairs(source, target, stream.options.tables);
  const references = await ReferentialActions.load(target, pairs);
  await target.query("set session_replication_role = replica; set lock_timeout = '500ms'");
  const tried: { table: string; rowTried: boolean }[] = [];
  for (const pair of pairs) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        tried.push({ table: pair.target.name, rowTried: await tryTable(stream.name, pair, references, target) });
        break;
      } catch (error) {
        if (attempt === 3 || (sqlState(error) !== '55P03' && sqlState(error) !== '40P01')) throw error;
      }
    }
  }
  return tried;
}

async function tryTable(stream: string, pair: TablePair, references: ReferentialActions, target: Client): Promise<boolean> {
  const sample = await target.query<(string | null)[]>({
    rowMode: 'array',
    text: `select ${columnsAsText(pair)} from ${quoteTable(pair.target.name)} as t limit 1`,
  });
  const [row] = sample.rows;
  const sink = new Sink(target, stream, references);
  try {
    for (const change of row === undefined ? [] : dryChanges(pair, row)) await sink.flush([change]);
    if (row === undefined) await target.query(`delete from ${quoteTable(pair.target.name)} where false`);
  } finally {
    await target.query('rollback');
  }
  return row !== undefined;
}

function dryChanges(pair: TablePair, row: readonly (string | null)[]): RowChange[] {
  const key = row.slice(0, pair.key.length) as string[];
  return [
    { kind: 'update', pair, key, row },
    { kind: 'delete', pair, key },
    { kind: 'insert', pair, key, row },
  ];
}
