// Compares tables of two databases that stand still, row by row, and gives the values that differ to a caller who explains them.
import { keyText } from '../apply/change.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { withSession } from '../postgres/session.ts';
import type { ReplicatedTable } from '../stream/options.ts';
import type { RowDifference } from '../verify/differences.ts';
import { readRows } from '../verify/rows-by-key.ts';
import { scanTable } from '../verify/scan.ts';

/** Values as text. They may say something about a person: for deciding, not for keeping. */
export interface ChangedColumn {
  readonly column: string;
  readonly type: string;
  readonly source: string | null;
  readonly target: string | null;
}

export interface ComparedRow extends RowDifference {
  /** For `changed`; empty otherwise. */
  readonly changes: readonly ChangedColumn[];
}

export interface ComparedTable {
  readonly table: string;
  readonly rows: number;
  readonly differences: readonly ComparedRow[];
  /** False when more rows differ than `limit`. */
  readonly complete: boolean;
}

/** Neither side may be written meanwhile. @param limit differences listed per table; default 1,000 */
export async function compareTables(options: {
  readonly source: string;
  readonly target: string;
  readonly tables: readonly ReplicatedTable[];
  readonly limit?: number;
}): Promise<readonly ComparedTable[]> {
  return withRightsExplained(() =>
    withSession(options.source, 'compare', (source) =>
      withSession(options.target, 'compare', async (target) => {
        for (const session of [source, target]) await session.query('begin isolation level repeatable read read only');
        const compared: ComparedTable[] = [];
        for (const pair of await loadPairs(source, target, options.tables, { keylessTarget: true })) {
          const scan = await scanTable(source, target, pair, options.limit ?? 1_000);
          const keys = scan.differences.filter(({ kind }) => kind === 'changed').map(({ key }) => key);
          const [ones, others] = [
            await readRows(source, pair.source.name, pair, keys),
            await readRows(target, pair.target.name, pair, keys),
          ];
          const differences = scan.differences.map((found) => {
            const text = keyText(found.key);
            return { ...found, changes: changesOf(pair, found, ones.get(text)?.[0] ?? [], others.get(text)?.[0] ?? []) };
          });
          compared.push({ table: pair.target.name, rows: scan.rows, differences, complete: scan.complete });
        }
        return compared;
      }),
    ),
  );
}

function changesOf(
  pair: TablePair,
  { columns }: RowDifference,
  source: readonly (string | null)[],
  target: readonly (string | null)[],
): ChangedColumn[] {
  return columns.map((column) => {
    const place = pair.columns.findIndex(({ name }) => name === column);
    return { column, type: pair.columns[place]?.type ?? '', source: source[place] ?? null, target: target[place] ?? null };
  });
}
