/** All gateways of a system as one: routes pushed to each through its admin API, shadow and traffic counts summed. */

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

/** The body is as the gateway's admin API has it. */
export interface GatewayReport {
  readonly adminUrl: string;
  readonly body: unknown;
}

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
    return Promise.all(
      this.gateways.map(async (gateway) => {
        const answer = await ask<{ version: number }>(gateway, 'GET', '/state').catch(() => undefined);
        return answer?.body.version;
      }),
    );
  }

  /** The answer of each gateway that answers to one of its reports. */
  async reports(path: '/shadow' | '/traffic'): Promise<readonly GatewayReport[]> {
    const answers = await Promise.all(
      this.gateways.map(async (gateway) => {
        const answer = await ask<unknown>(gateway, 'GET', path).catch(() => undefined);
        return answer?.status === 200 ? [{ adminUrl: gateway.adminUrl, body: answer.body }] : [];
      }),
    );
    return answers.flat();
  }
}

interface PutAnswer {
  readonly version?: number;
  readonly flipMs?: number;
  readonly drained?: boolean;
  readonly drainMs?: number;
}

async function pushTo(gateway: GatewayAddress, table: RouteTable, drain: DrainRequest | undefined, timeoutMs: number): Promise<PushAnswer> {
  const none = { adminUrl: gateway.adminUrl, flipMs: 0, drained: false, drainMs: 0 };
  let answer: Answer<PutAnswer>;
  try {
    answer = await ask<PutAnswer>(gateway, 'PUT', '/routes', { table, ...(drain === undefined ? {} : { drain }) }, timeoutMs);
  } catch (error) {
    return { ...none, outcome: 'unreachable', message: causeText(error) };
  }
  const { version, flipMs = 0, drained = true, drainMs = 0 } = answer.body;
  if (answer.status === 200) return { adminUrl: gateway.adminUrl, outcome: 'taken', version: version ?? table.version, flipMs, drained, drainMs };
  if (answer.status === 409) return { ...none, outcome: 'newer', ...(version === undefined ? {} : { version }) };
  const text = JSON.stringify(answer.body);
  if (answer.status === 400) throw new MigrationError('MIGRATION_GATEWAY_UNREACHABLE', `The gateway at ${gateway.adminUrl} refuses the routes: ${text}.`);
  return { ...none, outcome: 'unreachable', message: `it answers ${answer.status} ${text}` };
}

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

async function ask<Body>(gateway: GatewayAddress, method: string, path: string, body?: unknown, timeoutMs = 2000): Promise<Answer<Body>> {
  const response = await fetch(new URL(path, gateway.adminUrl), {
    method,
    headers: { authorization: `Bearer ${gateway.adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, body: (await response.json()) as Body };
}
