/** Gateways for tests of moves: they take every table and show the counts they are given. */

import type { GatewayClient } from '@banyan/gateway/gateway-client';
import type { RouteTable } from '@banyan/gateway/route-table';
import type { RouteShadowReport } from '@banyan/gateway/shadow-report';
import { GatewayFleet } from '../gateway-fleet.ts';
import type { DrainRequest, PushAnswer } from '../gateway-fleet.ts';

export class FakeFleet extends GatewayFleet {
  readonly tables: RouteTable[] = [];
  readonly drains: (DrainRequest | undefined)[] = [];
  compared = 0;
  mismatches = 0;
  /** Requests by `route` and upstream. */
  requests: readonly { readonly route: string; readonly upstream: string; readonly requests: number; readonly errors: number }[] = [];
  isReachable = true;
  drainsInTime = true;

  constructor() {
    super([{ adminUrl: 'http://127.0.0.1:1', adminToken: 'none' }]);
  }

  get table(): RouteTable | undefined {
    return this.tables.at(-1);
  }

  override push(table: RouteTable, drain?: DrainRequest): Promise<readonly PushAnswer[]> {
    const adminUrl = 'http://127.0.0.1:1';
    if (!this.isReachable)
      return Promise.resolve([{ adminUrl, outcome: 'unreachable', flipMs: 0, drained: false, drainMs: 0, message: 'refused' }]);
    this.tables.push(table);
    this.drains.push(drain);
    return Promise.resolve([{ adminUrl, outcome: 'taken', version: table.version, flipMs: 1, drained: this.drainsInTime, drainMs: 1 }]);
  }

  override async reports<Report>(ask: (client: GatewayClient) => Promise<Report>): Promise<ReadonlyMap<string, Report>> {
    const rows = this.requests.map((it) => ({ ...it, errorsOfBoth: 0, unavailable: 0, aborted: 0, p50Ms: 1, p99Ms: 2 }));
    const route = { compared: this.compared, mismatches: this.mismatches, dropped: 0, groups: [] } as unknown as RouteShadowReport;
    const client = {
      traffic: () => Promise.resolve({ windowMs: 60_000, totals: rows, window: rows, counters: {} }),
      shadow: () => Promise.resolve({ routes: { 'GET /users': route } }),
      state: () => Promise.resolve({ version: this.table?.version ?? 0 }),
    } as unknown as GatewayClient;
    return new Map([['http://127.0.0.1:1', await ask(client)]]);
  }
}
