/** What a benchmark gives back, and how it is shown. */

/** One comparison: the medians of ours and of a peer's, measured in the same run in alternating rounds. */
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

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, two) => one - two);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A row from the values of all rounds. */
export function compare(
  name: string,
  unit: string,
  better: 'higher' | 'lower',
  ours: readonly number[],
  peerName: string,
  peer: readonly number[],
): BenchmarkRow {
  const [own, other] = [median(ours), median(peer)];
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
