// Compares rows with one key, names what differs, and says what kind of thing probably happened.
import type { TablePair } from '../catalogue/table-shape.ts';

/** Values in the order of the pair's columns, as text. */
export type Row = readonly (string | null)[];

export type DifferenceKind = 'missing' | 'extra' | 'doubled' | 'changed';

/**
 * - `lag`: gone when looked at again; a difference of position, not of content.
 * - `missing`: the target lacks the row.
 * - `rogue-write`: somebody else wrote the target: a row too many, or a row whose values are not the source's.
 * - `mapping`: the value arrived, but as something else: a timestamp without zone moved by whole quarter hours, a text cut or padded,
 *   a number rounded.
 */
export type DifferenceCause = 'lag' | 'missing' | 'rogue-write' | 'mapping';

export interface RowDifference {
  readonly table: string;
  readonly key: readonly string[];
  readonly kind: DifferenceKind;
  readonly cause: DifferenceCause;
  /** Columns that differ, for `changed`. */
  readonly columns: readonly string[];
  /** A sentence without values. */
  readonly detail: string;
}

/** Compares all rows of one key. Both lists usually hold one row; more than one on the target is a doubled row. */
export function compareKey(
  pair: TablePair,
  key: readonly string[],
  source: readonly Row[],
  target: readonly Row[],
): RowDifference | undefined {
  const table = pair.target.name;
  if (source.length > 0 && target.length === 0) {
    return { table, key, kind: 'missing', cause: 'missing', columns: [], detail: 'the row is not on the target' };
  }
  if (source.length === 0 && target.length > 0) {
    return { table, key, kind: 'extra', cause: 'rogue-write', columns: [], detail: 'the row is on the target only' };
  }
  if (target.length > source.length) {
    const detail = `the target has the row ${target.length} times, the source ${source.length} times`;
    return { table, key, kind: 'doubled', cause: 'rogue-write', columns: [], detail };
  }
  const [expected = []] = source;
  const [actual = []] = target;
  const places = pair.columns.map((_, index) => index).filter((index) => expected[index] !== actual[index]);
  if (places.length === 0) return undefined;
  const changes = places.map((place) => describeChange(pair.columns[place]?.type ?? '', expected[place] ?? null, actual[place] ?? null));
  return {
    table,
    key,
    kind: 'changed',
    cause: changes.every((change) => change.mapping) ? 'mapping' : 'rogue-write',
    columns: places.map((place) => pair.columns[place]?.name ?? ''),
    detail: places.map((place, index) => `${pair.columns[place]?.name} ${changes[index]?.detail}`).join('; '),
  };
}

function describeChange(type: string, expected: string | null, actual: string | null): { mapping: boolean; detail: string } {
  if (expected === null || actual === null)
    return { mapping: false, detail: actual === null ? 'is null on the target' : 'is null on the source' };
  if (type.startsWith('timestamp')) {
    const shift = shiftMinutes(expected, actual);
    if (shift !== undefined) return { mapping: true, detail: `is shifted by ${formatShift(shift)} (time zone)` };
    if (expected.slice(0, 23) === actual.slice(0, 23)) return { mapping: true, detail: 'has lost microseconds' };
  }
  if (expected.trimEnd() === actual.trimEnd()) return { mapping: true, detail: 'differs in trailing blanks' };
  if (actual.length > 0 && expected.startsWith(actual)) return { mapping: true, detail: 'is cut off' };
  if (/^(numeric|real|double)/.test(type) && Number(expected) !== 0 && Math.abs(Number(actual) / Number(expected) - 1) < 1e-6) {
    return { mapping: true, detail: 'is rounded' };
  }
  return { mapping: false, detail: 'has another value' };
}

/** Minutes between two timestamps when they are a time zone apart: a multiple of 15 minutes, at most 14 hours, all else equal. */
function shiftMinutes(expected: string, actual: string): number | undefined {
  const pattern = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?(?:[+-]\d\d.*)?$/;
  const [, expectedDate, expectedTime, expectedFraction] = pattern.exec(expected) ?? [];
  const [, actualDate, actualTime, actualFraction] = pattern.exec(actual) ?? [];
  if (expectedDate === undefined || actualDate === undefined || expectedFraction !== actualFraction) return undefined;
  const minutes = (Date.parse(`${actualDate}T${actualTime}Z`) - Date.parse(`${expectedDate}T${expectedTime}Z`)) / 60_000;
  return minutes !== 0 && minutes % 15 === 0 && Math.abs(minutes) <= 14 * 60 ? minutes : undefined;
}

function formatShift(minutes: number): string {
  const absolute = Math.abs(minutes);
  const text = `${String(Math.floor(absolute / 60)).padStart(2, '0')}:${String(absolute % 60).padStart(2, '0')}`;
  return `${minutes < 0 ? '-' : '+'}${text}`;
}
