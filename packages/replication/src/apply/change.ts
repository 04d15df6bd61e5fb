// One change of one row as the target will see it: values as text, columns in the order of the table pair.
import type { TablePair } from '../catalogue/table-shape.ts';
import { ReplicationError } from '../errors.ts';
import type { Relation, Tuple } from '../pgoutput/messages.ts';

export type ColumnValue = string | null | undefined;

export type RowChange =
  | { readonly kind: 'insert'; readonly pair: TablePair; readonly key: readonly string[]; readonly row: readonly ColumnValue[] }
  | { readonly kind: 'update'; readonly pair: TablePair; readonly key: readonly string[]; readonly row: readonly ColumnValue[] }
  | {
      readonly kind: 'rekey';
      readonly pair: TablePair;
      readonly oldKey: readonly string[];
      readonly key: readonly string[];
      readonly row: readonly ColumnValue[];
    }
  | { readonly kind: 'delete'; readonly pair: TablePair; readonly key: readonly string[] }
  | { readonly kind: 'truncate'; readonly pairs: readonly TablePair[] };

/** How the columns of a relation on the wire map to the columns of a pair. */
export interface RelationMapping {
  readonly pair: TablePair;
  /** For each column of the pair its place in the tuple, -1 when the source did not have it at that time. */
  readonly places: readonly number[];
}

/** Throws REPLICATION_SCHEMA_CHANGED when the source sends a column the target has not. */
export function mapRelation(relation: Relation, pair: TablePair): RelationMapping {
  const places = pair.columns.map((column) => relation.columns.findIndex((other) => other.name === column.name));
  const known = new Set([...pair.columns, ...pair.source.columns.filter((column) => column.generated)].map((column) => column.name));
  const unknown = relation.columns.filter((column) => !known.has(column.name)).map((column) => column.name);
  const lostKey = pair.key.filter((name) => !relation.columns.some((column) => column.name === name));
  if (unknown.length > 0 || lostKey.length > 0) {
    const message = `${relation.name} changed on the source: column ${[...unknown, ...lostKey].join(', ')} does not fit ${pair.target.name}.`;
    throw new ReplicationError('REPLICATION_SCHEMA_CHANGED', message);
  }
  return { pair, places };
}

export function mapTuple(mapping: RelationMapping, tuple: Tuple): ColumnValue[] {
  return mapping.places.map((place) => (place < 0 ? undefined : tuple[place]));
}

/**
 * An unchanged TOAST value is not sent in the new tuple; under REPLICA IDENTITY FULL the old tuple has it, so it is taken from there.
 */
export function mapUpdate(mapping: RelationMapping, old: Tuple | undefined, tuple: Tuple): RowChange {
  const before = old === undefined ? undefined : mapTuple(mapping, old);
  const row = mapTuple(mapping, tuple).map((value, index) => (value === undefined ? (before?.[index] ?? undefined) : value));
  const key = keyOf(mapping, row, before);
  const oldKey = before === undefined ? key : keyOf(mapping, before, undefined);
  const { pair } = mapping;
  if (oldKey.every((value, index) => value === key[index])) return { kind: 'update', pair, key, row };
  return { kind: 'rekey', pair, oldKey, key, row };
}

export function keyOf(mapping: RelationMapping, row: readonly ColumnValue[], fallback: readonly ColumnValue[] | undefined): string[] {
  return mapping.pair.key.map((name, index) => {
    const value = row[index] ?? fallback?.[index];
    if (typeof value === 'string') return value;
    throw new ReplicationError('REPLICATION_PROTOCOL', `A change of ${mapping.pair.source.name} came without its key column ${name}.`);
  });
}

/** One string per key; text from PostgreSQL never holds a zero character. */
export function keyText(key: readonly string[]): string {
  return key.length === 1 ? (key[0] ?? '') : key.join('\u0000');
}
