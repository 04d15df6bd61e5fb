/** All gateways of a system as one: routes pushed to each through its admin API, reports of all that answer. */

import { createGatewayClient } from '@banyan/gateway/gateway-client';
import type { GatewayClient } from '@banyan/gateway/gateway-client';
import { GatewayError } from '@banyan/gateway/errors';
import type { RouteTable } from '@banyan/gateway/route-table';
import { causeText, MigrationError } from './errors.ts';

export interface GatewayAddress {
  readonly adminUrl: string;
  readonly adminToken: string;
}

export interface DrainRequest {
  readonly routeIds: readonly string[];
  readonly timeoutMs: number;
}

/** What one gateway said to a push. */
export interface PushAnswer {
  readonly adminUrl: string;
  readonly outcome: 'taken' | 'newer' | 'unreachable';
  /** The version it works with now. */
  readonly version?: number;
  readonly flipMs: number;
  readonly drained: boolean;
  readonly drainMs: number;
  readonly message?: string;
}

const reportTimeoutMs = 3000;

export class GatewayFleet {
  readonly gateways: readonly GatewayAddress[];

  constructor(gateways: readonly GatewayAddress[]) {
    this.gateways = gateways;
  }

  /** Offers a table to every gateway at once. Throws only for a table that a gateway calls invalid, which is our fault. */
  async push(table: RouteTable, drain?: DrainRequest, timeoutMs = 5000): Promise<readonly PushAnswer[]> {
    return Promise.all(this.gateways.map((gateway) => pushTo(gateway, table, drain, timeoutMs)));
  }

  /** The version each gateway works with; undefined where it does not answer. */
  async versions(): Promise<readonly (number | undefined)[]> {
    const states = await this.reports((client) => client.state());
    return this.gateways.map((gateway) => states.get(gateway.adminUrl)?.version);
  }

  /** Asks every gateway the same; by admin URL, those that do not answer are missing. */
  async reports<Report>(ask: (client: GatewayClient) => Promise<Report>): Promise<ReadonlyMap<string, Report>> {
    const answers = await Promise.all(
      this.gateways.map(async (gateway): Promise<readonly [string, Report][]> => {
        try {
          return [[gateway.adminUrl, await ask(createGatewayClient({ ...gateway, timeoutMs: reportTimeoutMs }))]];
        } catch (error) {
          if (error instanceof GatewayError) return [];
          throw error;
        }
      }),
    );
    return new Map(answers.flat());
  }
}

async function pushTo(gateway: GatewayAddress, table: RouteTable, drain: DrainRequest | undefined, timeoutMs: number): Promise<PushAnswer> {
  const { adminUrl } = gateway;
  const client = createGatewayClient({ ...gateway, timeoutMs });
  const none = { adminUrl, flipMs: 0, drained: false, drainMs: 0 };
  try {
    const { version, flipMs, drained, drainMs } = await client.putRoutes(table, drain);
    return { adminUrl, outcome: 'taken', version, flipMs, drained, drainMs };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (error.code === 'GATEWAY_ROUTE_INVALID') throw refused(adminUrl, error);
    if (error.code !== 'GATEWAY_ROUTES_OUTDATED') return { ...none, outcome: 'unreachable', message: causeText(error) };
    const version = await newerVersion(client);
    return { ...none, outcome: 'newer', ...(version === undefined ? {} : { version }), message: causeText(error) };
  }
}

async function newerVersion(client: GatewayClient): Promise<number | undefined> {
  try {
    return (await client.state()).version;
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

function refused(adminUrl: string, error: GatewayError): MigrationError {
  return new MigrationError('MIGRATION_GATEWAY_UNREACHABLE', `The gateway at ${adminUrl} refuses the routes: ${error.message}`, {
    cause: error,
  });
}
