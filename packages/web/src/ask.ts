/** Asks the API: with a time limit, as whoever is signed in; repeats quietly what only reads, and never what writes. */
import { AskFailure, failureOf } from './failure.ts';

export interface AskOptions {
  readonly params?: Readonly<Record<string, string | number>>;
  /** Absent and empty values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Requests with the same key are one, where the server knows such keys. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** Told when a read has to wait because what it reads is being moved. */
  readonly onHeld?: () => void;
}

export interface Asker {
  /**
   * The body of a successful answer; undefined when it has none. Throws AskFailure, or the signal's reason.
   * @param route `GET /tickets/:id`
   */
  readonly ask: (route: string, options?: AskOptions) => Promise<unknown>;
}

export interface AskerParts {
  /** Where the API is, without a trailing slash. Default: the page's own origin. */
  readonly apiUrl?: string;
  readonly token: () => string | undefined;
  /** The header in which every request is given an id of its own, where the server takes one. */
  readonly idHeader?: string;
  /** How often a read that is held is asked for again. Default 15. */
  readonly heldRepeatsMax?: number;
  /** Told of what the server answered to a request that carried a token, with that token. */
  readonly onFailure?: (failure: AskFailure, token: string) => void;
  readonly send?: typeof fetch;
  /** Resolves after so long, or rejects with the signal's reason. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const readLimitMs = 12_000;
/** Longer than what the gateway holds and a saga takes together. */
const writeLimitMs = 20_000;
const longestPauseMs = 4_000;
/** A connection that broke, or what stands for one (502, 503, 504), is worth another try or two. */
const pausesAfterBreaksMs = [400, 1_500];

export function createAsker({ wait = pause, heldRepeatsMax = 15, ...parts }: AskerParts): Asker {
  const ask: Asker['ask'] = async (route, options = {}) => {
    const mayRepeat = route.startsWith('GET ');
    for (let held = 0, broken = 0; ;) {
      try {
        return await askOnce(parts, route, options);
      } catch (error) {
        if (!mayRepeat || !(error instanceof AskFailure)) throw error;
        const pauseMs =
          error.kind === 'held'
            ? pauseWhenHeld(error, heldRepeatsMax - held++)
            : isBreak(error)
              ? pausesAfterBreaksMs[broken++]
              : undefined;
        if (pauseMs === undefined) throw error;
        if (error.kind === 'held') options.onHeld?.();
        await wait(pauseMs, options.signal);
      }
    }
  };
  return { ask };
}

type Asking = Omit<AskerParts, 'wait' | 'heldRepeatsMax'>;

async function askOnce(parts: Asking, route: string, options: AskOptions): Promise<unknown> {
  const { apiUrl = '', idHeader, onFailure, send = (...given) => fetch(...given) } = parts;
  const [method = 'GET', path = ''] = route.split(' ');
  const limit = AbortSignal.timeout(method === 'GET' ? readLimitMs : writeLimitMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const token = parts.token();
  const requestId = idHeader === undefined ? undefined : createRequestId();
  const request = requestOf(method, options, { authorization: token && `Bearer ${token}`, ...(idHeader && { [idHeader]: requestId }) });
  try {
    const response = await send(apiUrl + addressOf(path, options), { ...request, signal });
    if (!response.ok) throw await failureOf(response, requestId);
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    if (cause instanceof AskFailure) {
      if (token !== undefined) onFailure?.(cause, token);
      throw cause;
    }
    options.signal?.throwIfAborted();
    throw new AskFailure(limit.aborted ? 'late' : 'unreachable', { requestId, cause });
  }
}

/** No answer, or one of a program in between that had none. */
function isBreak({ kind, status }: AskFailure): boolean {
  return kind === 'unreachable' || status === 504;
}

function pauseWhenHeld({ retryAfterSeconds }: AskFailure, repeatsLeft: number): number | undefined {
  return repeatsLeft > 0 ? Math.min(Math.max(retryAfterSeconds * 1_000, 200), longestPauseMs) : undefined;
}

function addressOf(path: string, { params = {}, query = {} }: AskOptions): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

function requestOf(method: string, { body, idempotencyKey }: AskOptions, more: Readonly<Record<string, string | undefined>>): RequestInit {
  const wanted = { accept: 'application/json', 'content-type': body && 'application/json', 'idempotency-key': idempotencyKey, ...more };
  const headers = Object.fromEntries(Object.entries(wanted).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  // Everything here changes under the reader's own hands; what the browser kept would be what was true before.
  return { method, headers, cache: 'no-store', ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

/** Also where the page did not come over a secure connection and the browser makes no UUIDs therefore. */
function createRequestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
