// Compares both sides of a running stream row by row while both change.
import { keyText } from '../apply/change.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { ReplicationError } from '../errors.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import type { ReplicationStream, TouchedKeys } from '../stream/options.ts';
import type { RowDifference } from './differences.ts';
import { atOnePosition, type OnePosition } from './position.ts';
import { compareKeys } from './rows-by-key.ts';
import { scanTable } from './scan.ts';

export interface VerifyProgress {
  readonly table: string;
  readonly tablesDone: number;
  readonly tablesTotal: number;
}

export interface VerifyOptions {
  /** Following. */
  readonly stream: ReplicationStream;
  /** Only these keys, by target table, as text in the order of the key's columns. Default: every row. */
  readonly keys?: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Differences listed per table. Default 10 000; above it `complete` is false. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface TableVerification {
  readonly table: string;
  /** Rows compared. */
  readonly rows: number;
  readonly differing: number;
  readonly missing: number;
  /** Rows that only the target has, or has too often. */
  readonly extra: number;
  /** Differences of the first look that were gone at the second: lag, not loss. */
  readonly healed: number;
  /** The first 20, with the key and column names but without values. */
  readonly samples: readonly RowDifference[];
  /** Every listed difference's key, for repair. */
  readonly keys: readonly (readonly string[])[];
  readonly complete: boolean;
  readonly ms: number;
}

export interface VerifyReport {
  readonly stream: string;
  readonly ok: boolean;
  readonly positionLsn: string;
  readonly tables: readonly TableVerification[];
  readonly ms: number;
}

/**
 * Both sides at one position (see atOnePosition); what differs is looked at once more at a later position, and only what differs
 * there too is reported. Throws REPLICATION_NOT_FOLLOWING, REPLICATION_LONG_TRANSACTION, REPLICATION_VERIFY_INTERRUPTED.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const started = performance.now();
  const touchedBefore = options.keys === undefined ? options.stream.takeTouchedKeys() : undefined; // a full verify covers them
  try {
    const first = await look(options, options.keys);
    if (first.tables.every((table) => table.differences.length === 0)) return toReport(options, first, undefined, started);
    const suspects = new Map(first.tables.map((table) => [table.pair.target.name, table.differences.map((difference) => difference.key)]));
    const second = await look(options, suspects);
    return toReport(options, first, second, started);
  } catch (error) {
    if (touchedBefore !== undefined) options.stream.giveBackTouchedKeys(touchedBefore);
    throw error;
  }
}

/** Verifies what the stream wrote since the last verify: everything when that is more than is remembered. */
export async function verifyTouched(options: Omit<VerifyOptions, 'keys'>): Promise<VerifyReport> {
  const touched = options.stream.takeTouchedKeys();
  if (touched.overflowed) return verify(options);
  try {
    return await verify({ ...options, keys: touched.tables });
  } catch (error) {
    options.stream.giveBackTouchedKeys(touched);
    throw error;
  }
}

interface TableLook {
  readonly pair: TablePair;
  readonly rows: number;
  readonly differences: readonly RowDifference[];
  readonly complete: boolean;
  readonly ms: number;
}

interface Look {
  readonly positionLsn: string;
  readonly tables: readonly TableLook[];
}

async function look(options: VerifyOptions, keys: VerifyOptions['keys']): Promise<Look> {
  const { stream, signal } = options;
  try {
    return await withRightsExplained(() =>
      atOnePosition({ stream, ...(signal === undefined ? {} : { signal }) }, async (sides) => ({
        positionLsn: sides.positionLsn,
        tables: await lookAtTables(options, sides, keys),
      })),
    );
  } catch (error) {
    if (signal?.aborted === true)
      throw new ReplicationError('REPLICATION_ABORTED', `Verifying ${stream.name} was cancelled.`, { cause: error });
    throw error;
  }
}

async function lookAtTables(options: VerifyOptions, sides: OnePosition, keys: VerifyOptions['keys']): Promise<TableLook[]> {
  const pairs = await loadPairs(sides.source, sides.target, options.stream.options.tables, { keylessTarget: true });
  const looks: TableLook[] = [];
  for (const pair of pairs) {
    const started = performance.now();
    options.onProgress?.({ table: pair.target.name, tablesDone: looks.length, tablesTotal: pairs.length });
    if (keys === undefined) {
      const scan = await scanTable(sides.source, sides.target, pair, options.limit ?? 10_000);
      looks.push({ pair, ...scan, ms: performance.now() - started });
    } else {
      const compared = await compareKeys(sides.source, sides.target, pair, keys.get(pair.target.name) ?? []);
      looks.push({ pair, rows: compared.keys, differences: compared.differences, complete: true, ms: performance.now() - started });
    }
  }
  return looks;
}

function toReport(options: VerifyOptions, first: Look, second: Look | undefined, started: number): VerifyReport {
  const tables = first.tables.map((table): TableVerification => {
    const again = second?.tables.find((other) => other.pair.target.name === table.pair.target.name);
    const still = again?.differences ?? [];
    const stillThere = new Set(still.map((difference) => keyText(difference.key)));
    const count = (...kinds: string[]) => still.filter((difference) => kinds.includes(difference.kind)).length;
    return {
      table: table.pair.target.name,
      rows: table.rows,
      differing: count('changed'),
      missing: count('missing'),
      extra: count('extra', 'doubled'),
      healed: table.differences.filter((difference) => !stillThere.has(keyText(difference.key))).length,
      samples: still.slice(0, 20),
      keys: still.map((difference) => difference.key),
      complete: table.complete,
      ms: table.ms + (again?.ms ?? 0),
    };
  });
  return {
    stream: options.stream.name,
    ok: tables.every((table) => table.keys.length === 0 && table.complete),
    positionLsn: (second ?? first).positionLsn,
    tables,
    ms: performance.now() - started,
  };
}

/** Keys of all differences in a report, as repair takes them. */
export function differingKeys(report: VerifyReport): TouchedKeys['tables'] {
  return new Map(report.tables.filter((table) => table.keys.length > 0).map((table) => [table.table, table.keys]));
}
