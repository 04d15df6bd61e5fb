/** Speaks to a gateway's admin API, for the controller and the command line. */
import { GatewayError, type GatewayErrorCode } from './errors.ts';
import type { TrafficReport } from './primary/metrics.ts';
import type { RoutesAnswer } from './primary/primary.ts';
import type { RecordingReport } from './recorded-write.ts';
import type { RouteTable } from './route-table.ts';
import type { ShadowReport } from './shadow-report.ts';
import type { AnsweredRequest } from './worker/latest-requests.ts';

export interface GatewayState {
  readonly version: number;
  readonly pid: number;
  readonly port: number;
  readonly workers: readonly { readonly pid: number; readonly inFlight: number; readonly held: number; readonly version: number }[];
  readonly table: RouteTable;
  /** Per extraction: clients whose write the other side has not applied yet. */
  readonly pins: Readonly<Record<string, { readonly pinned: number; readonly all: boolean; readonly controllerAnswers: boolean }>>;
  readonly counters: Readonly<Record<string, number>>;
}

export interface DrainRequest {
  readonly routeIds: readonly string[];
  /** Default 5,000 ms. */
  readonly timeoutMs?: number;
}

export interface GatewayClient {
  state(): Promise<GatewayState>;
  /** Resolves when every worker has swapped and, with `drain`, no request of those routes is in flight or its timeout is over. */
  putRoutes(table: RouteTable, drain?: DrainRequest): Promise<RoutesAnswer>;
  shadow(): Promise<ShadowReport>;
  resetShadow(): Promise<void>;
  traffic(): Promise<TrafficReport>;
  /** Of the latest some thousand requests of each worker, those that carry this X-Trace-ID. */
  requests(traceId: string): Promise<readonly AnsweredRequest[]>;
  /** The writes of an extraction that began after `afterMs` on the gateway's clock, with the secrets in them. */
  recording(extraction: string, afterMs: number): Promise<RecordingReport>;
}

/**
 * @param options.timeoutMs for one call, drain time not counted; default 10,000
 * @throws GatewayError (from every method) the gateway's own code, or GATEWAY_ADMIN_UNREACHABLE
 */
export function createGatewayClient(options: {
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly timeoutMs?: number;
}): GatewayClient {
  const ask = async <Answer>(method: string, path: string, body?: unknown, extraMs = 0): Promise<Answer> => {
    const response = await send(options, method, path, body, extraMs);
    const answer = (await response.json()) as Answer & { code?: GatewayErrorCode; message?: string; fix?: string; errors?: string[] };
    if (response.ok) return answer;
    throw new GatewayError(
      answer.code ?? 'GATEWAY_ADMIN_UNREACHABLE',
      answer.message ?? `The gateway answered ${response.status} to ${method} ${path}.`,
      {
        ...(answer.fix === undefined ? {} : { fix: answer.fix }),
        details: answer.errors ?? [],
      },
    );
  };
  return {
    state: () => ask('GET', '/state'),
    putRoutes: (table, drain) => ask('PUT', '/routes', { table, drain }, drain === undefined ? 0 : (drain.timeoutMs ?? 5_000)),
    shadow: () => ask('GET', '/shadow'),
    resetShadow: async () => void (await ask('POST', '/shadow/reset')),
    traffic: () => ask('GET', '/traffic'),
    requests: (traceId) => ask('GET', `/requests?${new URLSearchParams({ traceId }).toString()}`),
    recording: (extraction, afterMs) =>
      ask('GET', `/recording?${new URLSearchParams({ extraction, afterMs: String(afterMs) }).toString()}`),
  };
}

async function send(
  options: { adminUrl: string; adminToken: string; timeoutMs?: number },
  method: string,
  path: string,
  body: unknown,
  extraMs: number,
): Promise<Response> {
  try {
    return await fetch(new URL(path, options.adminUrl), {
      method,
      headers: { authorization: `Bearer ${options.adminToken}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout((options.timeoutMs ?? 10_000) + extraMs),
    });
  } catch (cause) {
    throw new GatewayError(
      'GATEWAY_ADMIN_UNREACHABLE',
      `The gateway at ${options.adminUrl} did not answer ${method} ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
}
