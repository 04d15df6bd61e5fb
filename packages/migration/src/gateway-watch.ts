/** Watches the gateways' counters: requests per second by side, answers since a position was entered, shadow comparisons. */

import { setTimeout as delay } from 'node:timers/promises';
import type { MismatchGroup, ShadowReport } from '@banyan/gateway/shadow-report';
import type { GatewayFleet } from './gateway-fleet.ts';
import type { ShadowFact, TrafficFact } from './gate-facts.ts';
import { addUp, keyOf, rowsOf, subtract } from './gateway/counters.ts';
import type { TrafficRow } from './gateway/counters.ts';

export interface GatewayWatchOptions {
  readonly fleet: GatewayFleet;
  /** Default 1000. */
  readonly everyMs?: number;
  /** Rates are taken over this long. Default 5000. */
  readonly rateWindowMs?: number;
}

/** Shadow counts at the moment an extraction entered shadow: what was found before belongs to an earlier try. */
export interface ShadowBaseline {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly compared: number;
  readonly mismatches: number;
  readonly dropped: number;
}

interface Sample {
  readonly atMs: number;
  readonly rows: ReadonlyMap<string, TrafficRow>;
}

export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  /** Grows only, also over a gateway's restart. */
  readonly #totals = new Map<string, TrafficRow>();
  readonly #lastByGateway = new Map<string, ReadonlyMap<string, TrafficRow>>();
  readonly #baselines = new Map<string, ReadonlyMap<string, TrafficRow>>();
  readonly #shadowBaselines = new Map<string, ShadowBaseline>();
  #samples: Sample[] = [];
  #shadow: readonly ShadowReport[] = [];

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
    const { fleet } = this.#options;
    for (const [adminUrl, report] of await fleet.reports((client) => client.traffic())) {
      const now = rowsOf(report);
      const before = this.#lastByGateway.get(adminUrl);
      for (const [key, row] of now) this.#totals.set(key, addUp(this.#totals.get(key), subtract(row, before?.get(key))));
      this.#lastByGateway.set(adminUrl, now);
    }
    const atMs = performance.now();
    this.#samples.push({ atMs, rows: new Map(this.#totals) });
    this.#samples = this.#samples.filter((it) => atMs - it.atMs <= (this.#options.rateWindowMs ?? 5000) + 500);
    this.#shadow = [...(await fleet.reports((client) => client.shadow())).values()];
  }

  /** Requests per second by upstream, of these routes or of all; empty until two looks. */
  rates(routeIds?: readonly string[]): Readonly<Record<string, number>> {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < 200) return {};
    const requests: Record<string, number> = {};
    for (const [key, row] of last.rows) {
      if (routeIds !== undefined && !routeIds.includes(row.route)) continue;
      requests[row.upstream] = (requests[row.upstream] ?? 0) + row.requests - (first.rows.get(key)?.requests ?? 0);
    }
    const seconds = (last.atMs - first.atMs) / 1000;
    return Object.fromEntries(Object.entries(requests).map(([upstream, count]) => [upstream, Math.round((count / seconds) * 10) / 10]));
  }

  /** Counts answers from now on for this extraction. */
  begin(extraction: string): void {
    this.#baselines.set(extraction, new Map(this.#totals));
  }

  /** Answers of one upstream on these routes since `begin`; p99 over the gateways' own window, the worst of them. */
  since(extraction: string, routeIds: readonly string[], upstream: string): TrafficFact {
    return this.#count(routeIds, upstream, this.#baselines.get(extraction));
  }

  /** The same since this program began to watch: what a side does as a rule, its own errors included. */
  always(routeIds: readonly string[], upstream: string): TrafficFact {
    return this.#count(routeIds, upstream, undefined);
  }

  #count(routeIds: readonly string[], upstream: string, baseline: ReadonlyMap<string, TrafficRow> | undefined): TrafficFact {
    const rows = routeIds.flatMap((route) => this.#totals.get(keyOf({ route, upstream })) ?? []);
    const counted = rows.map((row) => subtract(row, baseline?.get(keyOf(row))));
    const p99s = rows.flatMap((it) => it.p99Ms ?? []);
    return {
      requests: counted.reduce((sum, it) => sum + it.requests, 0),
      errors: counted.reduce((sum, it) => sum + it.errors, 0),
      ...(p99s.length === 0 ? {} : { p99Ms: Math.max(...p99s) }),
    };
  }

  /** Counts comparisons from now on; keep the baseline and give it to `resumeShadow` after a restart. */
  beginShadow(extraction: string, routeIds: readonly string[]): ShadowBaseline {
    const { compared, mismatches, dropped } = this.#shadowTotals(routeIds);
    const baseline = { at: new Date().toISOString(), compared, mismatches, dropped };
    this.#shadowBaselines.set(extraction, baseline);
    return baseline;
  }

  resumeShadow(extraction: string, baseline: ShadowBaseline): void {
    this.#shadowBaselines.set(extraction, baseline);
  }

  /** Comparisons of these routes over all gateways since `beginShadow`; a gateway that lost its counts counts from zero. */
  shadow(extraction: string, routeIds: readonly string[]): ShadowFact {
    const totals = this.#shadowTotals(routeIds);
    const base = this.#shadowBaselines.get(extraction);
    const since = (now: number, then: number | undefined) => (then === undefined || now < then ? now : now - then);
    return {
      compared: since(totals.compared, base?.compared),
      mismatches: since(totals.mismatches, base?.mismatches),
      dropped: since(totals.dropped, base?.dropped),
      groups: totals.groups.filter((group) => base === undefined || group.lastSeen > base.at),
    };
  }

  #shadowTotals(routeIds: readonly string[]): Omit<ShadowFact, 'groups'> & { readonly groups: readonly MismatchGroup[] } {
    const routes = this.#shadow.flatMap((report) => routeIds.flatMap((id) => report.routes[id] ?? []));
    return {
      compared: routes.reduce((sum, it) => sum + it.compared, 0),
      mismatches: routes.reduce((sum, it) => sum + it.mismatches, 0),
      dropped: routes.reduce((sum, it) => sum + it.dropped, 0),
      groups: routes.flatMap((it) => it.groups),
    };
  }
}
