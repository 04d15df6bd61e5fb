// Shows a change to onApplied: names in place of positions.
import type { ColumnValue, RowChange } from '../apply/change.ts';
import type { TablePair } from '../catalogue/table-shape.ts';
import type { AppliedChange } from './options.ts';

/** One per change, one per table for a TRUNCATE, none for the control table. */
export function toAppliedChange(change: RowChange, commitLsn: string, ordinal: number, controlTable: string): AppliedChange[] {
  if (change.kind === 'truncate') {
    return change.pairs
      .filter((pair) => pair.source.name !== controlTable)
      .map((pair) => ({ table: pair.source.name, operation: 'truncate', key: {}, commitLsn, ordinal }));
  }
  const { pair } = change;
  if (pair.source.name === controlTable) return [];
  const key = nameKey(pair, change.key);
  const base = { table: pair.source.name, key, commitLsn, ordinal };
  if (change.kind === 'delete') return [{ ...base, operation: 'delete' }];
  const row = nameRow(pair, change.row);
  if (change.kind === 'rekey') return [{ ...base, operation: 'update', row, oldKey: nameKey(pair, change.oldKey) }];
  return [{ ...base, operation: change.kind, row }];
}

function nameKey(pair: TablePair, key: readonly string[]): Record<string, string> {
  return Object.fromEntries(pair.key.map((name, index) => [name, key[index] ?? '']));
}

function nameRow(pair: TablePair, row: readonly ColumnValue[]): Record<string, string | null> {
  const entries: [string, string | null][] = [];
  pair.columns.forEach((column, index) => {
    const value = row[index];
    if (value !== undefined) entries.push([column.name, value]);
  });
  return Object.fromEntries(entries);
}
