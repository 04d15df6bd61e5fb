/** Counts what each worker answered, per route and upstream: totals for metrics, a sliding window for gates. */

/** Four buckets per doubling, from 1 microsecond; the last is everything above about 16 minutes. */
const bucketsOfDuration = 120;
/** The window is this many turns of `turnMs`. */
export const windowTurns = 6;
export const turnMs = 10_000;

/** Plain data, so that it can be sent between processes and added up. */
export interface TrafficEntry {
  readonly route: string;
  readonly upstream: string;
  requests: number;
  /** Answers with a status from 500, and requests that got none. */
  errors: number;
  /** Of these: canary reads to which the owner, asked the same afterwards, gave the same status. */
  errorsOfBoth: number;
  /** 503 given by the gateway itself. */
  unavailable: number;
  aborted: number;
  milliseconds: number;
  readonly durations: number[];
}

export interface TrafficSnapshot {
  readonly totals: TrafficEntry[];
  /** The same, of the last minute only. */
  readonly window: TrafficEntry[];
  readonly counters: Record<string, number>;
}

function bucketOfDuration(milliseconds: number): number {
  const at = Math.floor(Math.log2(milliseconds * 1_000 + 1) * 4);
  return at < bucketsOfDuration ? at : bucketsOfDuration - 1;
}

/** The upper edge of a bucket, in milliseconds. */
export function edgeOfBucket(bucket: number): number {
  return (2 ** ((bucket + 1) / 4) - 1) / 1_000;
}

/** The duration that a share (0 to 1) of the counted ones stays below, in milliseconds; 0 when none was counted. */
export function quantile(durations: readonly number[], share: number): number {
  const total = durations.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let seen = 0;
  for (let bucket = 0; bucket < durations.length; bucket++) {
    seen += durations[bucket]!;
    if (seen >= total * share) return Math.round(edgeOfBucket(bucket) * 1_000) / 1_000;
  }
  return edgeOfBucket(durations.length - 1);
}

export function emptyEntry(route: string, upstream: string): TrafficEntry {
  return {
    route,
    upstream,
    requests: 0,
    errors: 0,
    errorsOfBoth: 0,
    unavailable: 0,
    aborted: 0,
    milliseconds: 0,
    durations: Array.from({ length: bucketsOfDuration }, () => 0),
  };
}

/** Adds `entry` into `sum`, or takes it away with factor -1. */
export function addEntry(sum: TrafficEntry, entry: TrafficEntry, factor: 1 | -1 = 1): void {
  sum.requests += factor * entry.requests;
  sum.errors += factor * entry.errors;
  sum.errorsOfBoth += factor * entry.errorsOfBoth;
  sum.unavailable += factor * entry.unavailable;
  sum.aborted += factor * entry.aborted;
  sum.milliseconds += factor * entry.milliseconds;
  for (let bucket = 0; bucket < bucketsOfDuration; bucket++) sum.durations[bucket]! += factor * entry.durations[bucket]!;
}

export class Traffic {
  readonly #entries = new Map<string, Map<string, TrafficEntry>>();
  /** Copies of the totals at each turn, oldest first. */
  readonly #turns: TrafficEntry[][] = [];
  readonly counters: Record<string, number> = {};

  entry(route: string, upstream: string): TrafficEntry {
    let byUpstream = this.#entries.get(route);
    if (byUpstream === undefined) this.#entries.set(route, (byUpstream = new Map()));
    let entry = byUpstream.get(upstream);
    if (entry === undefined) byUpstream.set(upstream, (entry = emptyEntry(route, upstream)));
    return entry;
  }

  record(route: string, upstream: string, status: number, milliseconds: number, own: boolean): void {
    const entry = this.entry(route, upstream);
    entry.requests += 1;
    if (status >= 500) entry.errors += 1;
    if (status === 0) entry.aborted += 1;
    if (status === 503 && own) entry.unavailable += 1;
    entry.milliseconds += milliseconds;
    entry.durations[bucketOfDuration(milliseconds)]! += 1;
  }

  count(name: string, by = 1): void {
    this.counters[name] = (this.counters[name] ?? 0) + by;
  }

  /** Ends a turn of the window; call every `turnMs`. */
  turn(): void {
    this.#turns.push(this.#all().map(copyEntry));
    if (this.#turns.length > windowTurns) this.#turns.shift();
  }

  snapshot(): TrafficSnapshot {
    const before = this.#turns.length >= windowTurns ? this.#turns[0]! : [];
    const window = this.#all().map(copyEntry);
    for (const old of before) {
      const now = window.find((entry) => entry.route === old.route && entry.upstream === old.upstream);
      if (now !== undefined) addEntry(now, old, -1);
    }
    return { totals: this.#all().map(copyEntry), window, counters: { ...this.counters } };
  }

  #all(): TrafficEntry[] {
    return [...this.#entries.values()].flatMap((byUpstream) => [...byUpstream.values()]);
  }
}

function copyEntry(entry: TrafficEntry): TrafficEntry {
  return { ...entry, durations: [...entry.durations] };
}
