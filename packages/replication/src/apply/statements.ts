// The set-based statements of the applier: text arrays in, cast to the column types by the target itself.
import { escapeIdentifier } from 'pg';
import type { ColumnShape, TablePair } from '../catalogue/table-shape.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import type { ColumnValue } from './change.ts';

export interface SetStatement {
  readonly text: string;
  readonly values: readonly (readonly (string | null)[])[];
}

/** `unnest($1::text[], $2::text[]) as r (c0, c1)` */
export function unnestSource(count: number): string {
  const parameters = Array.from({ length: count }, (_, index) => `$${index + 1}::text[]`).join(', ');
  const names = Array.from({ length: count }, (_, index) => `c${index}`).join(', ');
  return `unnest(${parameters}) as r (${names})`;
}

/** Rows to columns: one array per column, as unnest wants them. */
export function transpose(rows: readonly (readonly ColumnValue[])[], places: readonly number[]): (string | null)[][] {
  return places.map((place) => rows.map((row) => row[place] ?? null));
}

export function keyCondition(pair: TablePair, alias: string): string {
  return pair.key
    .map((name, index) => `${alias}.${escapeIdentifier(name)} = r.c${index}::${pair.columns[index]?.type ?? 'text'}`)
    .join(' and ');
}

export function deleteStatement(pair: TablePair, keys: readonly (readonly string[])[], returning: string): SetStatement {
  const places = pair.key.map((_, index) => index);
  const text = `delete from ${quoteTable(pair.target.name)} as t using ${unnestSource(places.length)} where ${keyCondition(pair, 't')}${returning}`;
  return { text, values: transpose(keys, places) };
}

/** Rows must all carry values for the same columns. Key columns come first in a pair, so places 0..n-1 are the key. */
export function updateStatement(pair: TablePair, rows: readonly (readonly ColumnValue[])[]): SetStatement | undefined {
  const places = sentPlaces(pair, rows[0] ?? []);
  const set = places
    .map((place, position) => ({ column: pair.columns[place], position }))
    .filter(({ column, position }) => position >= pair.key.length && column?.identityAlways === false)
    .map(({ column, position }) => assignment(column, `r.c${position}`));
  if (set.length === 0) return undefined;
  const text = `update ${quoteTable(pair.target.name)} as t set ${set.join(', ')} from ${unnestSource(places.length)} where ${keyCondition(pair, 't')}`;
  return { text, values: transpose(rows, places) };
}

export function insertStatement(
  pair: TablePair,
  rows: readonly (readonly ColumnValue[])[],
  onConflict: 'update' | 'nothing' | 'fail',
): SetStatement {
  const places = sentPlaces(pair, rows[0] ?? []);
  const columns = places.map((place) => pair.columns[place]).filter((column) => column !== undefined);
  const names = columns.map((column) => escapeIdentifier(column.name));
  const selected = columns.map((column, position) => `r.c${position}::${column.type}`);
  const set = columns
    .filter((column) => !pair.key.includes(column.name) && !column.identityAlways)
    .map((column) => `${escapeIdentifier(column.name)} = excluded.${escapeIdentifier(column.name)}`);
  const key = pair.key.map((name) => escapeIdentifier(name)).join(', ');
  const action = onConflict === 'nothing' || set.length === 0 ? 'do nothing' : `do update set ${set.join(', ')}`;
  const resolution = onConflict === 'fail' ? '' : `on conflict (${key}) ${action}`;
  const text = `insert into ${quoteTable(pair.target.name)} as t (${names.join(', ')}) overriding system value
    select ${selected.join(', ')} from ${unnestSource(places.length)} ${resolution}`;
  return { text, values: transpose(rows, places) };
}

/** A changed key keeps the row, so that values that were not sent stay. */
export function rekeyStatement(pair: TablePair, oldKey: readonly string[], row: readonly ColumnValue[]): SetStatement {
  const places = sentPlaces(pair, row);
  const keys = oldKey.length;
  const set = places.map((place, position) => assignment(pair.columns[place], `r.c${keys + position}`));
  const text = `update ${quoteTable(pair.target.name)} as t set ${set.join(', ')} from ${unnestSource(keys + places.length)} where ${keyCondition(pair, 't')}`;
  return { text, values: [...oldKey.map((value) => [value]), ...transpose([row], places)] };
}

/** Groups rows by the set of columns that were sent. */
export function groupBySentColumns(rows: readonly (readonly ColumnValue[])[]): (readonly ColumnValue[])[][] {
  const groups = new Map<string, (readonly ColumnValue[])[]>();
  for (const row of rows) {
    const mask = row.includes(undefined) ? row.map((value) => (value === undefined ? '0' : '1')).join('') : 'all';
    const group = groups.get(mask);
    if (group === undefined) groups.set(mask, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function sentPlaces(pair: TablePair, row: readonly ColumnValue[]): number[] {
  return pair.columns.map((_, index) => index).filter((index) => row[index] !== undefined);
}

function assignment(column: ColumnShape | undefined, value: string): string {
  if (column === undefined) throw new RangeError('a place outside the pair');
  return `${escapeIdentifier(column.name)} = ${value}::${column.type}`;
}
