// Reads named rows from both sides and compares them; right where both sides stand still or are seen at one position.
import { type Client, escapeIdentifier } from 'pg';
import { keyText } from '../apply/change.ts';
import { transpose, unnestSource } from '../apply/statements.ts';
import type { TablePair } from '../catalogue/table-shape.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { compareKey, type Row, type RowDifference } from './differences.ts';

const keysPerQuery = 2_000;

export interface KeysComparison {
  readonly keys: number;
  readonly differences: readonly RowDifference[];
}

/** Compares the rows of the given keys. */
export async function compareKeys(
  source: Client,
  target: Client,
  pair: TablePair,
  keys: readonly (readonly string[])[],
): Promise<KeysComparison> {
  const differences: RowDifference[] = [];
  for (let start = 0; start < keys.length; start += keysPerQuery) {
    const some = keys.slice(start, start + keysPerQuery);
    const [sources, targets] = await Promise.all([
      readRows(source, pair.source.name, pair, some),
      readRows(target, pair.target.name, pair, some),
    ]);
    for (const key of some) {
      const text = keyText(key);
      const difference = compareKey(pair, key, sources.get(text) ?? [], targets.get(text) ?? []);
      if (difference !== undefined) differences.push(difference);
    }
  }
  return { keys: keys.length, differences };
}

/** Rows by key text. Keys that do not exist are absent; a key without uniqueness may have several rows. */
export async function readRows(
  session: Client,
  table: string,
  pair: TablePair,
  keys: readonly (readonly string[])[],
): Promise<Map<string, Row[]>> {
  const places = pair.key.map((_, index) => index);
  const match = pair.key.map((name, index) => `t.${escapeIdentifier(name)} = r.c${index}::${pair.columns[index]?.type ?? 'text'}`);
  const found = await session.query<(string | null)[]>({
    rowMode: 'array',
    text: `select ${columnsAsText(pair)} from ${quoteTable(table)} as t join ${unnestSource(places.length)} on ${match.join(' and ')}`,
    values: transpose(keys, places),
  });
  const rows = new Map<string, Row[]>();
  for (const row of found.rows) {
    const text = keyText(row.slice(0, places.length) as string[]);
    const known = rows.get(text);
    if (known === undefined) rows.set(text, [row]);
    else known.push(row);
  }
  return rows;
}

export function columnsAsText(pair: TablePair): string {
  return pair.columns.map((column) => `t.${escapeIdentifier(column.name)}::text`).join(', ');
}
