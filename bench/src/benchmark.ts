/** What a benchmark gives back, and how it is shown. */

/** One comparison: the medians (or another quantile, which the name tells) of ours and of a peer's, measured in the same run in alternating rounds. */
export interface BenchmarkRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly unit: string;
  /** ours / peer. */
  readonly ratio: number;
  readonly better: 'higher' | 'lower';
  readonly rounds: number;
}

export interface BenchmarkOptions {
  readonly rounds: number;
  /** Tells the person who waits what is going on, also what is left out and why. */
  readonly say: (line: string) => void;
}

export interface Benchmark {
  readonly title: string;
  /** Default number of rounds. */
  readonly rounds: number;
  readonly run: (options: BenchmarkOptions) => Promise<readonly BenchmarkRow[]>;
}

/** The value below which `share` of the values lie (interpolated); NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, two) => one - two);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (place - Math.floor(place));
}

/** A row from the values of all rounds: their medians, or the values at another `share`. */
export function compare(
  name: string,
  unit: string,
  better: 'higher' | 'lower',
  ours: readonly number[],
  peerName: string,
  peer: readonly number[],
  share = 0.5,
): BenchmarkRow {
  const [own, other] = [quantile(ours, share), quantile(peer, share)];
  return { name, ours: round(own), peer: round(other), peerName, unit, ratio: round(own / other), better, rounds: ours.length };
}

/** A table for the terminal. */
export function renderRows(rows: readonly BenchmarkRow[]): string {
  const head = ['what', 'ours', 'peer', 'peer is', 'unit', 'ours/peer', 'better'];
  const cells = [
    head,
    ...rows.map((row) => [row.name, String(row.ours), String(row.peer), row.peerName, row.unit, row.ratio.toFixed(2), row.better]),
  ];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return `${cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
