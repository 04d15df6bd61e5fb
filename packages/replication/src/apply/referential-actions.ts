// What a foreign key would have done: performed for rows that arrive in the replica role, where foreign keys are asleep.
import { escapeIdentifier } from 'pg';
import type { TablePair } from '../catalogue/table-shape.ts';
import { type ForeignKey, loadForeignKeys, type ReferentialAction } from '../catalogue/foreign-keys.ts';
import { crashPoint } from '../crash-points.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import type { SqlSession } from '../postgres/session.ts';
import { transpose, unnestSource } from './statements.ts';

/** Values of referenced columns before a change, and after it when the row still exists. */
export interface ReferencedChange {
  readonly before: readonly (string | null)[];
  readonly after?: readonly (string | null)[];
}

/**
 * Foreign keys that point into the replicated tables from tables the target still owns. A table that is itself replicated by
 * this stream gets its rows from the source; a table that is fenced belongs to another owner, who is told by its own means.
 */
export class ReferentialActions {
  readonly #foreignKeys: readonly ForeignKey[];

  private constructor(foreignKeys: readonly ForeignKey[]) {
    this.#foreignKeys = foreignKeys;
  }

  static async load(session: SqlSession, pairs: readonly TablePair[]): Promise<ReferentialActions> {
    const tables = pairs.map((pair) => pair.target.name);
    const all = await loadForeignKeys(session, tables);
    return new ReferentialActions(all.filter((key) => tables.includes(key.referencedTable) && !tables.includes(key.table)));
  }

  static none(): ReferentialActions {
    return new ReferentialActions([]);
  }

  /** True when deleting a row of this table has consequences elsewhere. */
  deleteMatters(pair: TablePair): boolean {
    return this.#foreignKeys.some((key) => key.referencedTable === pair.target.name && acts(key.onDelete));
  }

  /** Columns whose old values must be known, as text, before a row is deleted or changed; empty when nothing follows from it. */
  referencedColumns(pair: TablePair, event: 'delete' | 'update' | 'rekey'): string[] {
    const columns = new Set<string>();
    for (const key of this.#for(pair, event)) for (const column of key.referencedColumns) columns.add(column);
    return [...columns].sort();
  }

  /** Performs the actions for rows that were deleted or whose referenced columns changed; part of the caller's transaction. */
  async perform(
    session: SqlSession,
    pair: TablePair,
    event: 'delete' | 'update' | 'rekey',
    changes: readonly ReferencedChange[],
  ): Promise<void> {
    if (changes.length === 0) return;
    const columns = this.referencedColumns(pair, event);
    const closed = await session.query('select table_name from banyan.fence where closed');
    const owned = (key: ForeignKey) => !closed.rows.some((row) => row['table_name'] === key.table);
    const foreignKeys = this.#for(pair, event).filter(owned);
    if (foreignKeys.length === 0) return;
    await session.query('set local session_replication_role = origin');
    await session.query('set local search_path to default'); // the triggers of those tables expect the search path they were written for
    for (const key of foreignKeys) {
      const places = key.referencedColumns.map((column) => columns.indexOf(column));
      await performOne(session, key, event === 'delete' ? key.onDelete : key.onUpdate, places, changes);
    }
    await session.query('set local search_path to pg_catalog');
    await session.query('set local session_replication_role = replica');
    crashPoint('reverse.references-performed');
  }

  #for(pair: TablePair, event: 'delete' | 'update' | 'rekey'): ForeignKey[] {
    return this.#foreignKeys.filter((key) => {
      if (key.referencedTable !== pair.target.name) return false;
      if (event === 'delete') return acts(key.onDelete);
      // A plain update leaves the key as it is, so only references to other columns can be touched by it.
      return acts(key.onUpdate) && (event === 'rekey' || key.referencedColumns.some((column) => !pair.key.includes(column)));
    });
  }
}

function acts(action: ReferentialAction): boolean {
  return action === 'cascade' || action === 'set null' || action === 'set default';
}

async function performOne(
  session: SqlSession,
  key: ForeignKey,
  action: ReferentialAction,
  places: readonly number[],
  changes: readonly ReferencedChange[],
): Promise<void> {
  const touched = changes.filter(({ before, after }) => {
    const referenced = places.every((place) => before[place] !== null);
    return referenced && (after === undefined || places.some((place) => before[place] !== after[place]));
  });
  if (touched.length === 0) return;
  const before = transpose(
    touched.map((change) => change.before),
    places,
  );
  const table = quoteTable(key.table);
  const match = key.columns.map((column, index) => `t.${escapeIdentifier(column)} = r.c${index}::${key.types[index]}`).join(' and ');
  const deletes = touched[0]?.after === undefined;
  if (action === 'cascade' && deletes) {
    await session.query(`delete from ${table} as t using ${unnestSource(places.length)} where ${match}`, before);
  } else if (action === 'cascade') {
    const after = transpose(
      touched.map((change) => change.after ?? []),
      places,
    );
    const set = key.columns.map((column, index) => `${escapeIdentifier(column)} = r.c${places.length + index}::${key.types[index]}`);
    await session.query(`update ${table} as t set ${set.join(', ')} from ${unnestSource(places.length * 2)} where ${match}`, [
      ...before,
      ...after,
    ]);
  } else {
    const columns = deletes ? key.onDeleteColumns : key.columns;
    const set = columns.map((column) => `${escapeIdentifier(column)} = ${action === 'set null' ? 'null' : 'default'}`);
    await session.query(`update ${table} as t set ${set.join(', ')} from ${unnestSource(places.length)} where ${match}`, before);
  }
}
