/** Watches the gateways' counters: requests per second by side, answers since a position was entered, shadow comparisons. */

import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayFleet } from './gateway-fleet.ts';
import type { ShadowFact, TrafficFact } from './gate-facts.ts';
import { addUp, subtract } from './gateway/counters.ts';
import type { ShadowReport, TrafficReport, TrafficRow } from './gateway/counters.ts';

export interface GatewayWatchOptions {
  readonly fleet: GatewayFleet;
  /** Default 1000. */
  readonly everyMs?: number;
  /** Rates are taken over this long. Default 5000. */
  readonly rateWindowMs?: number;
}

interface Sample {
  readonly atMs: number;
  readonly rows: readonly TrafficRow[];
}

export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  /** Grows only, also over a gateway's restart. */
  #totals = new Map<string, TrafficRow>();
  #lastByGateway = new Map<string, ReadonlyMap<string, TrafficRow>>();
  #samples: Sample[] = [];
  #shadow: readonly ShadowReport[] = [];
  #baselines = new Map<string, ReadonlyMap<string, TrafficRow>>();
  #reachable = 0;

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
  }

  /** Reads the counters until `signal` aborts. A gateway that does not answer counts as unchanged. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await delay(this.#options.everyMs ?? 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads the counters once. */
  async look(): Promise<void> {
    const traffic = await this.#options.fleet.reports('/traffic');
    this.#reachable = traffic.length;
    for (const { adminUrl, body } of traffic) {
      const now = new Map(((body as TrafficReport).routes ?? []).map((row) => [keyOf(row), row]));
      const before = this.#lastByGateway.get(adminUrl);
      for (const [key, row] of now) this.#totals.set(key, addUp(this.#totals.get(key), subtract(row, before?.get(key))));
      this.#lastByGateway.set(adminUrl, now);
    }
    const atMs = performance.now();
    this.#samples.push({ atMs, rows: [...this.#totals.values()] });
    this.#samples = this.#samples.filter((it) => atMs - it.atMs <= (this.#options.rateWindowMs ?? 5000) + 500);
    this.#shadow = (await this.#options.fleet.reports('/shadow')).map((it) => it.body as ShadowReport);
  }

  /** Gateways that answered the last look. */
  get reachable(): number {
    return this.#reachable;
  }

  /** Requests per second by upstream, of these routes or of all. */
  rates(routeIds?: ReadonlySet<string>): Readonly<Record<string, number>> {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < 200) return {};
    const before = new Map(first.rows.map((row) => [keyOf(row), row]));
    const seconds = (last.atMs - first.atMs) / 1000;
    const rates: Record<string, number> = {};
    for (const row of last.rows) {
      if (routeIds !== undefined && !routeIds.has(row.route)) continue;
      const requests = row.requests - (before.get(keyOf(row))?.requests ?? 0);
      rates[row.upstream] = Math.round(((rates[row.upstream] ?? 0) + requests / seconds) * 10) / 10;
    }
    return rates;
  }

  /** Counts from now on for this extraction. */
  begin(extraction: string): void {
    this.#baselines.set(extraction, new Map(this.#totals));
  }

  /** Answers of one upstream on these routes since `begin`; p99 over the gateways' own window, the worst of them. */
  since(extraction: string, routeIds: readonly string[], upstream: string): TrafficFact {
    const baseline = this.#baselines.get(extraction);
    const rows = routeIds.map((route) => this.#totals.get(keyOf({ route, upstream }))).filter((it) => it !== undefined);
    const counted = rows.map((row) => subtract(row, baseline?.get(keyOf(row))));
    const p99s = rows.map((it) => it.p99Ms).filter((it) => it !== undefined && it > 0) as number[];
    return {
      requests: counted.reduce((sum, it) => sum + it.requests, 0),
      errors: counted.reduce((sum, it) => sum + it.errors, 0),
      ...(p99s.length === 0 ? {} : { p99Ms: Math.max(...p99s) }),
    };
  }

  /** Shadow counts of these routes over all gateways, as they keep them. */
  shadow(routeIds: readonly string[]): ShadowFact {
    const routes = this.#shadow.flatMap((report) => routeIds.flatMap((id) => report.routes?.[id] ?? []));
    const sum = (of: (it: (typeof routes)[number]) => number | undefined) => routes.reduce((total, it) => total + (of(it) ?? 0), 0);
    return {
      compared: sum((it) => it.compared),
      mismatches: sum((it) => it.mismatches),
      dropped: sum((it) => it.dropped),
      groups: routes.flatMap((it) => it.groups ?? []),
    };
  }
}

function keyOf(row: Pick<TrafficRow, 'route' | 'upstream'>): string {
  return `${row.route}\n${row.upstream}`;
}
