// One request of the traffic: written to the ledger before it leaves and after its answer, or the lack of one, is known.
import { randomUUID } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import { type Facts, type Ledger, type Outcome, type ToldLine } from '../ledger.ts';

export interface Asking {
  readonly actor: string;
  readonly group: string;
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly facts?: Facts;
  /** What the answer means. Default: `judgeByStatus()`. */
  readonly judge?: (answer: TrafficAnswer) => Judgement;
}

export interface TrafficAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
}

export interface Judgement {
  readonly outcome: Outcome;
  readonly ok: boolean;
  readonly facts?: Facts;
}

export interface TrafficSession {
  /** Never throws for what the system does: no answer is undefined, and the ledger says unknown or refused. */
  ask(asking: Asking): Promise<TrafficAnswer | undefined>;
}

/** done for `expected` (default: any below 400); a refusal below 500, and 503 with Retry-After, did nothing; any other 5xx may have. */
export function judgeByStatus(...expected: readonly number[]): (answer: TrafficAnswer) => Judgement {
  return (answer) => {
    const ok = expected.length === 0 ? answer.status < 400 : expected.includes(answer.status);
    if (answer.status < 400) return { outcome: 'done', ok };
    const didNothing = answer.status < 500 || (answer.status === 503 && answer.headers['retry-after'] !== undefined);
    return { outcome: didNothing ? 'refused' : 'unknown', ok };
  };
}

export interface SessionOptions {
  readonly baseUrl: string;
  readonly ledger: Ledger;
  /** Open connections at most. */
  readonly connections: number;
  readonly timeoutMs: number;
  readonly onTold: (group: string, told: ToldLine) => void;
}

export interface LedgerSession extends TrafficSession {
  close(): Promise<void>;
}

/** Errors of a connection that was never made: the request cannot have been executed. */
const neverSent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EADDRNOTAVAIL']);

export function createSession(options: SessionOptions): LedgerSession {
  const { ledger } = options;
  const timeouts = { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs, connect: { timeout: options.timeoutMs } };
  const pool = new Pool(options.baseUrl, { connections: options.connections, pipelining: 1, ...timeouts });
  let lastId = 0;
  return {
    close: () => pool.destroy(),
    ask: async (asking) => {
      const id = (lastId += 1);
      const { actor, group, what, method, path, facts } = asking;
      const trace = randomUUID();
      ledger.write({
        kind: 'asked',
        id,
        run: ledger.run,
        at: Date.now(),
        actor,
        group,
        what,
        method,
        path,
        trace,
        ...(facts && { facts }),
      });
      const started = performance.now();
      const tell = (told: Omit<ToldLine, 'kind' | 'id' | 'run' | 'at' | 'ms'>) => {
        const ms = Math.round((performance.now() - started) * 10) / 10;
        const line: ToldLine = { kind: 'told', id, run: ledger.run, at: Date.now(), ms, ...told };
        ledger.write(line);
        options.onTold(group, line);
      };
      try {
        const answer = await exchange(pool, asking, trace);
        tell({ status: answer.status, ...(asking.judge ?? judgeByStatus())(answer) });
        return answer;
      } catch (error) {
        const code = codeOf(error);
        tell({ outcome: neverSent.has(code) ? 'refused' : 'unknown', ok: false, error: code });
        return undefined;
      }
    },
  };
}

async function exchange(pool: Pool, asking: Asking, trace: string): Promise<TrafficAnswer> {
  const text = asking.body === undefined || typeof asking.body === 'string' ? asking.body : JSON.stringify(asking.body);
  const response: Dispatcher.ResponseData = await pool.request({
    method: asking.method,
    path: asking.path,
    headers: {
      'x-trace-id': trace,
      // Each actor has a browser of its own: visitors without a token are told apart by it.
      'user-agent': `traffic (${asking.actor})`,
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(asking.token !== undefined && { authorization: `Bearer ${asking.token}` }),
      ...asking.headers,
    },
    body: text ?? null,
  });
  const body = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text: body,
    get json() {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
