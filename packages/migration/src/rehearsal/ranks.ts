/** Rows that are ranked and equal in everything they are ranked by: which of them holds which place is chance, on either side. */

import type { ComparedRow } from '@banyan/replication';
import type { RankedRows } from '../definition.ts';
import { inDatabase } from './in-database.ts';

export interface RanksOptions {
  readonly monolith: string;
  readonly service: string;
  /** `schema.table` on either side. */
  readonly source: string;
  readonly target: string;
  readonly ranked: RankedRows;
  /** Columns that the monolith's own copies differ in. */
  readonly varying: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Tells of a changed row whether both sides hold the same rows in the same places of its rank, and only differ in which stands where. A row that is
 * missing, too many, or has values of another is never explained.
 */
export async function explainByRank(options: RanksOptions): Promise<(row: ComparedRow) => boolean> {
  const { ranked, varying } = options;
  const [keyColumns, ofMonolith] = await read(options.monolith, options.source);
  const [, ofService] = await read(options.service, options.target);
  const [expected, found] = [ofMonolith, ofService].map((rows) => Map.groupBy(rows, (row) => textOf(ranked.by.map((name) => row[name]))));
  const contentOf = (rows: readonly Row[] = []) => textOf(rows.map((row) => textOf(without(row, [ranked.place, ...varying]))).toSorted());
  const placesOf = (rows: readonly Row[] = []) => textOf(rows.map((row) => textOf(keyColumns.map((name) => row[name]))).toSorted());
  const equal = [...expected!].filter(([rank, rows]) => {
    const others = found!.get(rank);
    return contentOf(rows) === contentOf(others) && placesOf(rows) === placesOf(others);
  });
  const places = new Set(equal.flatMap(([, rows]) => rows.map((row) => textOf(keyColumns.map((name) => String(row[name]))))));
  return ({ kind, key }) => kind === 'changed' && places.has(textOf(key));
}

async function read(url: string, table: string): Promise<readonly [keyColumns: readonly string[], rows: readonly Row[]]> {
  return inDatabase(url, async (client) => {
    const key = await client.query<{ name: string }>(
      `select a.attname as name from pg_index i cross join unnest(i.indkey) with ordinality k (attnum, place)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
       where i.indrelid = $1::regclass and i.indisprimary order by k.place`,
      [table],
    );
    const name = table.split('.').map((part) => client.escapeIdentifier(part)).join('.'); // prettier-ignore
    const { rows } = await client.query<{ row: Row }>(`select to_jsonb(t) as row from ${name} t`);
    return [key.rows.map((column) => column.name), rows.map(({ row }) => row)];
  });
}

function without(row: Row, names: readonly string[]): [string, unknown][] {
  return Object.entries(row).filter(([name]) => !names.includes(name)).toSorted(([one], [two]) => (one < two ? -1 : 1)); // prettier-ignore
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}
