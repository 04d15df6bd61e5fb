/** Asks the API: with a time limit, as whoever is signed in; repeats quietly what only reads, and never what writes. */
import { AskFailure, failureOf } from './failure.ts';
import { type AnswerOf, type RouteName, routes } from './routes.ts';

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
  /** Throws AskFailure, or the signal's reason. */
  readonly ask: <Name extends RouteName>(name: Name, options?: AskOptions) => Promise<AnswerOf<Name>>;
}

export interface AskerParts {
  readonly token: () => string | undefined;
  readonly send?: typeof fetch;
  /** Resolves after so long, or rejects with the signal's reason. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const readLimitMs = 12_000;
/** Longer than what the gateway holds and a saga takes together. */
const writeLimitMs = 20_000;
const heldTriesMax = 15;
const longestPauseMs = 4_000;
/** A connection that broke is worth another try or two. */
const pausesAfterBreaksMs = [400, 1_500];

export function createAsker({ token, send = (...given) => fetch(...given), wait = pause }: AskerParts): Asker {
  const askOnce = async (name: RouteName, options: AskOptions): Promise<unknown> => {
    const [method = 'GET', path = ''] = routes[name].split(' ');
    const limit = AbortSignal.timeout(method === 'GET' ? readLimitMs : writeLimitMs);
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
    let response: Response;
    try {
      response = await send(addressOf(path, options), { ...requestOf(method, options, token()), signal });
      if (!response.ok) throw await failureOf(response);
      const text = await response.text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (cause) {
      if (cause instanceof AskFailure) throw cause;
      options.signal?.throwIfAborted();
      throw new AskFailure(limit.aborted ? 'late' : 'unreachable', { cause });
    }
  };
  const ask = async <Name extends RouteName>(name: Name, options: AskOptions = {}): Promise<AnswerOf<Name>> => {
    const mayRepeat = routes[name].startsWith('GET ');
    for (let held = 0, broken = 0; ;) {
      try {
        return (await askOnce(name, options)) as AnswerOf<Name>;
      } catch (error) {
        if (!mayRepeat || !(error instanceof AskFailure)) throw error;
        const pauseMs =
          error.kind === 'held' ? pauseWhenHeld(error, held++) : error.kind === 'unreachable' ? pausesAfterBreaksMs[broken++] : undefined;
        if (pauseMs === undefined) throw error;
        if (error.kind === 'held') options.onHeld?.();
        await wait(pauseMs, options.signal);
      }
    }
  };
  return { ask };
}

function pauseWhenHeld({ retryAfterSeconds }: AskFailure, triesBefore: number): number | undefined {
  return triesBefore < heldTriesMax ? Math.min(Math.max(retryAfterSeconds * 1_000, 200), longestPauseMs) : undefined;
}

function addressOf(path: string, { params = {}, query = {} }: AskOptions): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

function requestOf(method: string, { body, idempotencyKey }: AskOptions, token: string | undefined): RequestInit {
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  // Everything here changes under the reader's own hands; what the browser kept would be what was true before.
  return { method, headers, cache: 'no-store', ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
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
