/** Sums of the gateways' traffic counters that survive a gateway's restart. */

import type { GatewayClient } from '@banyan/gateway/gateway-client';

type TrafficReport = Awaited<ReturnType<GatewayClient['traffic']>>;

/** One route answered by one upstream. */
export interface TrafficRow {
  readonly route: string;
  readonly upstream: string;
  /** Since the gateway started. */
  readonly requests: number;
  /** Without those that the owner answers as well. */
  readonly errors: number;
  /** Over the gateway's last window; undefined when it had no requests in it. */
  readonly p99Ms?: number;
}

export function keyOf(row: Pick<TrafficRow, 'route' | 'upstream'>): string {
  return `${row.route}\n${row.upstream}`;
}

/** The counters of one report, by `keyOf`. */
export function rowsOf(report: TrafficReport): ReadonlyMap<string, TrafficRow> {
  const p99sByKey = new Map(report.window.map((row) => [keyOf(row), row.p99Ms]));
  return new Map(
    report.totals.map((row) => {
      const p99Ms = p99sByKey.get(keyOf(row));
      return [
        keyOf(row),
        {
          route: row.route,
          upstream: row.upstream,
          requests: row.requests,
          errors: row.errors - row.errorsOfBoth,
          ...(p99Ms === undefined ? {} : { p99Ms }),
        },
      ];
    }),
  );
}

/** What came on top since `before`; a counter that fell was restarted and counts from zero. */
export function subtract(now: TrafficRow, before: TrafficRow | undefined): TrafficRow {
  const isRestarted = before === undefined || now.requests < before.requests;
  return isRestarted ? now : { ...now, requests: now.requests - before.requests, errors: now.errors - before.errors };
}

export function addUp(sum: TrafficRow | undefined, more: TrafficRow): TrafficRow {
  return sum === undefined ? more : { ...more, requests: sum.requests + more.requests, errors: sum.errors + more.errors };
}
