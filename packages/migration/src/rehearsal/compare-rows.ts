/** Compares the moved tables after the replay, row by row; what the monolith's two copies differ in by themselves explains the same in the service. */

import { compareTables } from '@banyan/replication';
import type { ChangedColumn, ComparedRow, ComparedTable } from '@banyan/replication';
import type { TableMove } from '../definition.ts';
import type { RehearsalEvidence } from '../rehearsal-evidence.ts';
import { explainByRank } from './ranks.ts';
import type { Samples } from './samples.ts';

export interface RowsOptions {
  readonly monolith: string;
  readonly twin: string;
  readonly service: string;
  /** The moved tables. */
  readonly tables: readonly TableMove[];
  /** The monolith beside the service, and the tables that are to be as if the monolith had done everything itself. */
  readonly partner?: { readonly url: string; readonly tables: readonly string[] } | undefined;
  readonly samples: Samples;
}

/** A column must have varied in this many rows before its variation explains another row's. */
const variedMin = 3;
/** All copies are asked one after the other, so their clocks cannot be further apart. */
const clockMs = 60_000;

/** Nobody may write the copies any more. */
export async function compareRows(
  options: RowsOptions,
): Promise<{ readonly rows: RehearsalEvidence['rows']; readonly rules: readonly string[] }> {
  const { monolith, twin, service, tables, partner, samples } = options;
  const beside = (partner?.tables ?? []).map((name) => ({ source: name, target: name }));
  const same = [...tables.map(({ source }) => ({ source, target: source })), ...beside];
  const own = await compareTables({ source: monolith, target: twin, tables: same });
  const ofService = await compareTables({ source: monolith, target: service, tables });
  const ofPartner = partner === undefined ? [] : await compareTables({ source: monolith, target: partner.url, tables: beside });
  const found = [...ofService, ...ofPartner.map((it) => ({ ...it, table: `${it.table} (in the monolith beside the service)` }))];
  const rules: string[] = [];
  let [explained, differing] = [0, 0];
  for (const [place, table] of found.entries()) {
    const noise = noiseOf(own[place]);
    const tie = await tieOf(options, tables[place], noise, table);
    if (tie !== undefined) rules.push(`${table.table}: declared: rows that tie may stand in each other's places`);
    rules.push(...noise.columns.map((column) => `${table.table}.${column} varies in the monolith itself`));
    for (const row of table.differences) {
      if (noise.explains(row) || tie?.(row) === true) explained += 1;
      else {
        differing += 1;
        samples.add('row', `${table.table}${row.columns.map((column) => ` ${column}`).join('')}`, row.kind, `${keyText(row)}${row.detail}`);
      }
    }
    if (!table.complete) samples.add('row', table.table, 'more', 'more rows differ than are listed');
  }
  return { rows: { compared: found.reduce((sum, { rows }) => sum + rows, 0), explained, differing }, rules };
}

/** Asked for only where something is left to explain. */
async function tieOf(
  { monolith, service }: RowsOptions,
  table: TableMove | undefined,
  noise: RowNoise,
  { differences }: ComparedTable,
): Promise<((row: ComparedRow) => boolean) | undefined> {
  if (table?.ranked === undefined || differences.every((row) => noise.explains(row))) return undefined;
  const { source, target, ranked } = table;
  return explainByRank({ monolith, service, source, target, ranked, varying: noise.columns });
}

interface RowNoise {
  readonly columns: readonly string[];
  explains(row: ComparedRow): boolean;
}

/** A row too many or too few is never noise, nor null beside a value, nor a moment further away than the clocks can be. */
function noiseOf(own: ComparedTable | undefined): RowNoise {
  const changed = (own?.differences ?? []).filter(({ kind }) => kind === 'changed');
  const columnsByKey = new Map(changed.map(({ key, columns }) => [key.join('\0'), columns]));
  const counts = new Map<string, number>();
  for (const column of changed.flatMap(({ columns }) => columns)) counts.set(column, (counts.get(column) ?? 0) + 1);
  const varies = (row: ComparedRow, column: string) =>
    (counts.get(column) ?? 0) >= variedMin || columnsByKey.get(row.key.join('\0'))?.includes(column) === true;
  return {
    columns: [...counts.keys()],
    explains: (row) => row.kind === 'changed' && row.changes.every((change) => varies(row, change.column) && isAlike(change)),
  };
}

function isAlike({ type, source, target }: ChangedColumn): boolean {
  if (source === null || target === null) return false;
  return !type.startsWith('timestamp') || Math.abs(momentOf(source) - momentOf(target)) <= clockMs;
}

/** As the neutral settings of a session write it: in UTC. */
function momentOf(text: string): number {
  const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(text) ?? [];
  return Date.parse(`${date}T${time}Z`);
}

/** Numbers and UUIDs tell which row without telling who. */
function keyText({ key }: ComparedRow): string {
  return key.every((part) => /^(?:-?\d+|[0-9a-f-]{36})$/i.test(part)) ? `key ${key.join(', ')}: ` : '';
}
