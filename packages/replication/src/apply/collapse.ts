// Reduces a run of changes to the last state per key, so that many source transactions become a few statements.
import type { TablePair } from '../catalogue/table-shape.ts';
import { type ColumnValue, keyText, type RowChange } from './change.ts';

export interface CollapsedTable {
  readonly pair: TablePair;
  readonly deletes: (readonly string[])[];
  readonly updates: (readonly ColumnValue[])[];
  readonly inserts: (readonly ColumnValue[])[];
}

interface Entry {
  kind: 'insert' | 'update' | 'delete';
  readonly key: readonly string[];
  row: readonly ColumnValue[];
}

/** A stretch of changes that can be applied as sets, or one change that must stand alone. */
export type Stretch =
  | { readonly kind: 'sets'; readonly tables: readonly CollapsedTable[]; readonly changes: readonly RowChange[] }
  | { readonly kind: 'alone'; readonly change: RowChange };

export interface CollapseOptions {
  /** Deletes of these tables have consequences on the target, so a later insert of the same key must not hide them. */
  readonly deleteMatters: (pair: TablePair) => boolean;
}

/** Splits changes at those that must stand alone (a changed key, a TRUNCATE) and collapses the rest per table and key. */
export function collapse(changes: readonly RowChange[], options: CollapseOptions): Stretch[] {
  const stretches: Stretch[] = [];
  let entries = new Map<TablePair, Map<string, Entry>>();
  let run: RowChange[] = [];
  const close = () => {
    if (run.length > 0) stretches.push({ kind: 'sets', tables: toTables(entries), changes: run });
    entries = new Map();
    run = [];
  };
  for (const change of changes) {
    if (change.kind === 'rekey' || change.kind === 'truncate') {
      close();
      stretches.push({ kind: 'alone', change });
      continue;
    }
    if (change.kind === 'insert' && options.deleteMatters(change.pair)) {
      if (entries.get(change.pair)?.get(keyText(change.key))?.kind === 'delete') close();
    }
    run.push(change);
    add(entries, change);
  }
  close();
  return stretches;
}

function add(entries: Map<TablePair, Map<string, Entry>>, change: Extract<RowChange, { kind: 'insert' | 'update' | 'delete' }>): void {
  let table = entries.get(change.pair);
  if (table === undefined) entries.set(change.pair, (table = new Map()));
  const text = keyText(change.key);
  const known = table.get(text);
  if (change.kind === 'delete') {
    table.set(text, { kind: 'delete', key: change.key, row: [] });
  } else if (known === undefined || known.kind === 'delete') {
    table.set(text, { kind: known === undefined ? change.kind : 'insert', key: change.key, row: change.row });
  } else {
    const before = known.row;
    known.row = change.row.map((value, index) => (value === undefined ? before[index] : value));
  }
}

function toTables(entries: Map<TablePair, Map<string, Entry>>): CollapsedTable[] {
  return [...entries].map(([pair, byKey]) => {
    const table: CollapsedTable = { pair, deletes: [], updates: [], inserts: [] };
    for (const entry of byKey.values()) {
      if (entry.kind === 'delete') table.deletes.push(entry.key);
      else if (entry.kind === 'update') table.updates.push(entry.row);
      else table.inserts.push(entry.row);
    }
    return table;
  });
}
