/** Adds up what the workers count and shows it as numbers for gates and as Prometheus text. */
import type { WorkerReport } from '../processes/messages.ts';
import { addEntry, edgeOfBucket, emptyEntry, quantile, turnMs, windowTurns, type TrafficEntry } from '../worker/traffic.ts';

export interface RouteTraffic {
  readonly route: string;
  readonly upstream: string;
  readonly requests: number;
  /** Status from 500. */
  readonly errors: number;
  readonly errorsOfBoth: number;
  /** 503 given by the gateway itself. */
  readonly unavailable: number;
  /** Clients that went away before their answer. */
  readonly aborted: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface TrafficReport {
  readonly windowMs: number;
  /** Since the gateway started. */
  readonly totals: readonly RouteTraffic[];
  /** The last minute. */
  readonly window: readonly RouteTraffic[];
  readonly counters: Readonly<Record<string, number>>;
}

/** Holds the last report of every worker; those of dead workers keep counting in the totals. */
export class TrafficBook {
  readonly #reports = new Map<number, WorkerReport>();
  readonly #buried = new Map<string, TrafficEntry>();
  readonly #counters: Record<string, number> = {};

  report(report: WorkerReport): void {
    this.#reports.set(report.pid, report);
  }

  count(name: string): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + 1;
  }

  /** A worker has ended: what it last told stays counted. */
  bury(pid: number): void {
    const report = this.#reports.get(pid);
    if (report === undefined) return;
    this.#reports.delete(pid);
    sumInto(this.#buried, report.traffic.totals);
    for (const [name, value] of Object.entries(report.traffic.counters)) this.#counters[name] = (this.#counters[name] ?? 0) + value;
  }

  workers(): { pid: number; inFlight: number; held: number; version: number }[] {
    return [...this.#reports.values()].map(({ pid, inFlight, held, version }) => ({ pid, inFlight, held, version }));
  }

  counters(): Record<string, number> {
    const sum: Record<string, number> = { ...this.#counters };
    for (const { traffic } of this.#reports.values())
      for (const [name, value] of Object.entries(traffic.counters)) sum[name] = (sum[name] ?? 0) + value;
    return sum;
  }

  totals(): TrafficEntry[] {
    const sums = new Map<string, TrafficEntry>();
    sumInto(sums, [...this.#buried.values()]);
    for (const { traffic } of this.#reports.values()) sumInto(sums, traffic.totals);
    return [...sums.values()];
  }

  traffic(): TrafficReport {
    const window = new Map<string, TrafficEntry>();
    for (const { traffic } of this.#reports.values()) sumInto(window, traffic.window);
    return {
      windowMs: windowTurns * turnMs,
      totals: this.totals().map(summarise),
      window: [...window.values()].filter((entry) => entry.requests > 0).map(summarise),
      counters: this.counters(),
    };
  }
}

function sumInto(sums: Map<string, TrafficEntry>, entries: readonly TrafficEntry[]): void {
  for (const entry of entries) {
    const key = JSON.stringify([entry.route, entry.upstream]);
    const sum = sums.get(key) ?? emptyEntry(entry.route, entry.upstream);
    addEntry(sum, entry);
    sums.set(key, sum);
  }
}

function summarise({ route, upstream, durations, ...counts }: TrafficEntry): RouteTraffic {
  const { requests, errors, errorsOfBoth, unavailable, aborted } = counts;
  return {
    route,
    upstream,
    requests,
    errors,
    errorsOfBoth,
    unavailable,
    aborted,
    p50Ms: quantile(durations, 0.5),
    p99Ms: quantile(durations, 0.99),
  };
}

const edgesMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

export interface MetricsParts {
  readonly book: TrafficBook;
  readonly version: number;
  readonly workers: number;
  readonly pinned: Readonly<Record<string, { pinned: number }>>;
  readonly shadow: readonly { route: string; compared: number; mismatches: number; excused: number; unanswered: number; dropped: number }[];
}

/** Prometheus text exposition format 0.0.4. */
export function renderMetrics({ book, version, workers, pinned, shadow }: MetricsParts): string {
  const lines: string[] = [];
  const family = (name: string, type: string, help: string, rows: readonly (readonly [Record<string, string>, number])[]): void => {
    lines.push(
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...rows.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
    );
  };
  const totals = book.totals();
  const of = (entry: TrafficEntry): Record<string, string> => ({ route: entry.route, upstream: entry.upstream });
  family('banyan_gateway_route_version', 'gauge', 'Version of the route table in force', [[{}, version]]);
  family('banyan_gateway_workers', 'gauge', 'Workers that listen', [[{}, workers]]);
  family('banyan_gateway_in_flight', 'gauge', 'Requests with an upstream', [
    [{}, book.workers().reduce((sum, worker) => sum + worker.inFlight, 0)],
  ]);
  family('banyan_gateway_held', 'gauge', 'Requests waiting in a hold', [
    [{}, book.workers().reduce((sum, worker) => sum + worker.held, 0)],
  ]);
  family(
    'banyan_gateway_requests_total',
    'counter',
    'Requests ended',
    totals.map((entry) => [of(entry), entry.requests]),
  );
  family(
    'banyan_gateway_errors_total',
    'counter',
    'Answers with a status from 500',
    totals.map((entry) => [of(entry), entry.errors]),
  );
  family(
    'banyan_gateway_errors_of_both_total',
    'counter',
    'Of these, canary reads that the owner answered with the same status when asked again',
    totals.map((entry) => [of(entry), entry.errorsOfBoth]),
  );
  family(
    'banyan_gateway_unavailable_total',
    'counter',
    '503 given by the gateway itself',
    totals.map((entry) => [of(entry), entry.unavailable]),
  );
  family(
    'banyan_gateway_aborted_total',
    'counter',
    'Clients gone before their answer',
    totals.map((entry) => [of(entry), entry.aborted]),
  );
  lines.push('# HELP banyan_gateway_duration_seconds Time from head to last byte', '# TYPE banyan_gateway_duration_seconds histogram');
  for (const entry of totals) lines.push(...histogram(entry));
  family(
    'banyan_gateway_events_total',
    'counter',
    'Holds, pins, retries, fallbacks and refusals',
    Object.entries(book.counters()).map(([event, value]) => [{ event }, value]),
  );
  family(
    'banyan_gateway_pinned_clients',
    'gauge',
    'Clients whose write is not applied on the other side yet',
    Object.entries(pinned).map(([extraction, { pinned: count }]) => [{ extraction }, count]),
  );
  for (const outcome of ['compared', 'mismatches', 'excused', 'unanswered', 'dropped'] as const) {
    family(
      `banyan_gateway_shadow_${outcome}_total`,
      'counter',
      `Shadow answers ${outcome}`,
      shadow.map((entry) => [{ route: entry.route }, entry[outcome]]),
    );
  }
  return `${lines.join('\n')}\n`;
}

function histogram(entry: TrafficEntry): string[] {
  const labels = { route: entry.route, upstream: entry.upstream };
  const below = edgesMs.map((edge) => {
    const count = entry.durations.reduce((sum, value, bucket) => (edgeOfBucket(bucket) <= edge ? sum + value : sum), 0);
    return `banyan_gateway_duration_seconds_bucket${labelText({ ...labels, le: String(edge / 1_000) })} ${count}`;
  });
  return [
    ...below,
    `banyan_gateway_duration_seconds_bucket${labelText({ ...labels, le: '+Inf' })} ${entry.requests}`,
    `banyan_gateway_duration_seconds_sum${labelText(labels)} ${entry.milliseconds / 1_000}`,
    `banyan_gateway_duration_seconds_count${labelText(labels)} ${entry.requests}`,
  ];
}

function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
