/** The parts of the gateways' reports that gates look at, and sums that survive a gateway's restart. */

/** One route answered by one upstream, counted since the gateway started. */
export interface TrafficRow {
  readonly route: string;
  readonly upstream: string;
  readonly requests: number;
  readonly errors: number;
  /** Over the gateway's last window. */
  readonly p99Ms?: number | undefined;
}

export interface TrafficReport {
  readonly routes?: readonly TrafficRow[];
}

export interface ShadowReport {
  readonly routes?: Readonly<Record<string, ShadowRow>>;
}

export interface ShadowRow {
  readonly compared?: number;
  readonly mismatches?: number;
  readonly dropped?: number;
  readonly groups?: readonly unknown[];
}

/** What came on top since `before`; a counter that fell was restarted and counts from zero. */
export function subtract(now: TrafficRow, before: TrafficRow | undefined): TrafficRow {
  const isRestarted = before === undefined || now.requests < before.requests;
  return isRestarted ? now : { ...now, requests: now.requests - before.requests, errors: now.errors - before.errors };
}

export function addUp(sum: TrafficRow | undefined, more: TrafficRow): TrafficRow {
  return sum === undefined ? more : { ...more, requests: sum.requests + more.requests, errors: sum.errors + more.errors };
}
