// Writes changes to the target: one transaction per batch, in the replica role, under the stream's origin, position included.
import { escapeIdentifier, type Client } from 'pg';
import type { TablePair } from '../catalogue/table-shape.ts';
import { movePositionStatement } from '../bookkeeping/position.ts';
import { ReplicationError } from '../errors.ts';
import { messageOf, sqlState } from '../postgres/failure.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import type { ColumnValue, RowChange } from './change.ts';
import { collapse, type CollapsedTable } from './collapse.ts';
import type { ReferencedChange, ReferentialActions } from './referential-actions.ts';
import {
  deleteStatement,
  groupBySentColumns,
  insertStatement,
  keyCondition,
  rekeyStatement,
  type SetStatement,
  transpose,
  unnestSource,
  updateStatement,
} from './statements.ts';

export interface SinkCounters {
  /** Updates whose row the target did not have and that could not be healed from the change itself. */
  missingRows: number;
  /** Batches that had to be replayed change by change, because a unique value moved between rows. */
  orderedBatches: number;
}

/** Prepared statements belong to a session, which may see several sinks one after the other. */
const statementNamesBySession = new WeakMap<Client, Map<string, string>>();

function statementNamesOf(session: Client): Map<string, string> {
  const known = statementNamesBySession.get(session) ?? new Map<string, string>();
  statementNamesBySession.set(session, known);
  return known;
}

/** Writes to one target session that already has the origin and the replica role. */
export class Sink {
  readonly counters: SinkCounters = { missingRows: 0, orderedBatches: 0 };
  readonly #client: Client;
  readonly #stream: string;
  readonly #references: ReferentialActions;
  readonly #statementNames: Map<string, string>;
  #open = false;
  #flushes = 0;

  constructor(client: Client, stream: string, references: ReferentialActions) {
    this.#client = client;
    this.#stream = stream;
    this.#references = references;
    this.#statementNames = statementNamesOf(client);
  }

  get session(): Client {
    return this.#client;
  }

  /** Applies changes inside the open transaction, beginning one when none is open. */
  async flush(changes: readonly RowChange[]): Promise<void> {
    if (this.#open) await this.#client.query('savepoint flush');
    else await this.#begin();
    try {
      await this.#apply(changes);
    } catch (error) {
      if (sqlState(error) !== '23505' && sqlState(error) !== '23P01') throw error;
      if (this.#flushes === 0) await this.#client.query('rollback; begin; set constraints all deferred');
      else await this.#client.query('rollback to savepoint flush');
      this.counters.orderedBatches += 1;
      await this.#applyInOrder(changes, error);
    }
    this.#flushes += 1;
  }

  /** Commits what was flushed together with the position; without a flush it only stores the position. */
  async commit(position: bigint, opened = false): Promise<void> {
    const move = movePositionStatement(this.#stream, position, opened);
    await this.#client.query(this.#open ? `${move}; commit` : move);
    this.#open = false;
  }

  async #begin(): Promise<void> {
    await this.#client.query('begin; set constraints all deferred');
    this.#open = true;
    this.#flushes = 0;
  }

  async #apply(changes: readonly RowChange[]): Promise<void> {
    const stretches = collapse(changes, { deleteMatters: (pair) => this.#references.deleteMatters(pair) });
    for (const stretch of stretches) {
      if (stretch.kind === 'alone') await this.#applyAlone(stretch.change);
      else await this.#applySets(stretch.tables);
    }
  }

  /** What the source did one by one cannot collide on the target, if both began equal. */
  async #applyInOrder(changes: readonly RowChange[], first: unknown): Promise<void> {
    try {
      for (const change of changes) await this.#apply([change]);
    } catch (error) {
      const message = `The target refused a change of stream ${this.#stream}: ${messageOf(error)}; as a set: ${messageOf(first)}.`;
      throw new ReplicationError('REPLICATION_APPLY_FAILED', message, { cause: error });
    }
  }

  /** Deletes free unique values, updates may free and take, inserts take. */
  async #applySets(tables: readonly CollapsedTable[]): Promise<void> {
    for (const table of tables) if (table.deletes.length > 0) await this.#delete(table.pair, table.deletes);
    for (const table of tables) for (const rows of groupBySentColumns(table.updates)) await this.#update(table.pair, rows);
    for (const table of tables) {
      for (const rows of groupBySentColumns(table.inserts)) await this.#run(insertStatement(table.pair, rows, 'update'));
    }
  }

  async #delete(pair: TablePair, keys: readonly (readonly string[])[]): Promise<void> {
    const columns = this.#references.referencedColumns(pair, 'delete');
    const returning = columns.length === 0 ? '' : ` returning ${columns.map((column) => `t.${escapeIdentifier(column)}::text`).join(', ')}`;
    const deleted = await this.#run(deleteStatement(pair, keys, returning));
    if (columns.length === 0) return;
    const changes = deleted.rows.map((row) => ({ before: columns.map((column) => row[column] as string | null) }));
    await this.#references.perform(this.#client, pair, 'delete', changes);
  }

  async #update(pair: TablePair, rows: readonly (readonly ColumnValue[])[]): Promise<void> {
    const statement = updateStatement(pair, rows);
    if (statement === undefined) return;
    const keys = rows.map((row) => row.slice(0, pair.key.length) as string[]);
    const before = await this.#readReferenced(pair, 'update', keys);
    const updated = await this.#run(statement);
    const missing = rows.length - (updated.rowCount ?? 0);
    if (missing > 0) await this.#healMissing(pair, rows, missing);
    if (before.size === 0) return;
    const after = await this.#readReferenced(pair, 'update', keys);
    await this.#references.perform(this.#client, pair, 'update', pairUp(before, after));
  }

  /** The position guarantees that the row was here, so somebody else deleted it: a complete change brings it back, others are counted. */
  async #healMissing(pair: TablePair, rows: readonly (readonly ColumnValue[])[], missing: number): Promise<void> {
    const complete = rows[0]?.includes(undefined) === false;
    if (complete) await this.#run(insertStatement(pair, rows, 'nothing'));
    else this.counters.missingRows += missing;
  }

  async #applyAlone(change: RowChange): Promise<void> {
    if (change.kind === 'truncate') {
      for (const pair of change.pairs) await this.#truncate(pair);
    } else if (change.kind === 'rekey') {
      const before = await this.#readReferenced(change.pair, 'rekey', [change.oldKey]);
      const updated = await this.#run(rekeyStatement(change.pair, change.oldKey, change.row));
      if (updated.rowCount === 0) this.counters.missingRows += 1;
      if (before.size === 0) return;
      const after = await this.#readReferenced(change.pair, 'rekey', [change.key]);
      const [first] = before.values();
      const [second] = after.values();
      if (first !== undefined && second !== undefined) {
        await this.#references.perform(this.#client, change.pair, 'rekey', [{ before: first, after: second }]);
      }
    }
  }

  /** DELETE, not TRUNCATE: the target's readers are not locked out, and tables that reference this one do not forbid it. */
  async #truncate(pair: TablePair): Promise<void> {
    const columns = this.#references.referencedColumns(pair, 'delete');
    const returning = columns.length === 0 ? '' : ` returning ${columns.map((column) => `t.${escapeIdentifier(column)}::text`).join(', ')}`;
    const deleted = await this.#client.query<Record<string, string | null>>(`delete from ${quoteTable(pair.target.name)} as t${returning}`);
    if (columns.length === 0) return;
    const changes = deleted.rows.map((row) => ({ before: columns.map((column) => row[column] ?? null) }));
    await this.#references.perform(this.#client, pair, 'delete', changes);
  }

  async #readReferenced(
    pair: TablePair,
    event: 'update' | 'rekey',
    keys: readonly (readonly string[])[],
  ): Promise<Map<string, (string | null)[]>> {
    const columns = this.#references.referencedColumns(pair, event);
    const values = new Map<string, (string | null)[]>();
    if (columns.length === 0) return values;
    const places = pair.key.map((_, index) => index);
    const keyColumns = pair.key.map((name, index) => `t.${escapeIdentifier(name)}::text as k${index}`);
    const valueColumns = columns.map((name, index) => `t.${escapeIdentifier(name)}::text as v${index}`);
    const text = `select ${[...keyColumns, ...valueColumns].join(', ')} from ${quoteTable(pair.target.name)} as t, ${unnestSource(places.length)}
      where ${keyCondition(pair, 't')}`;
    const found = await this.#run({ text, values: transpose(keys, places) });
    for (const row of found.rows) {
      const key = places.map((place) => row[`k${place}`] as string).join('\u0000');
      values.set(
        key,
        columns.map((_, index) => row[`v${index}`] as string | null),
      );
    }
    return values;
  }

  async #run(statement: SetStatement): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }> {
    let name = this.#statementNames.get(statement.text);
    if (name === undefined && this.#statementNames.size < 500) {
      name = `banyan_${this.#statementNames.size}`;
      this.#statementNames.set(statement.text, name);
    }
    return this.#client.query({ ...(name === undefined ? {} : { name }), text: statement.text, values: [...statement.values] });
  }
}

function pairUp(before: Map<string, (string | null)[]>, after: Map<string, (string | null)[]>): ReferencedChange[] {
  const changes: ReferencedChange[] = [];
  for (const [key, values] of before) {
    const now = after.get(key);
    if (now !== undefined) changes.push({ before: values, after: now });
  }
  return changes;
}
