/** Which request the running code belongs to: trace id and correlation id, carried through every await. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, randomUUID } from 'node:crypto';

export interface Trace {
  /** 32 hex digits, as in W3C Trace Context. */
  readonly traceId: string;
  /** 16 hex digits: this program's part of the trace. */
  readonly spanId: string;
  /** The caller's part; absent where the trace begins here. */
  readonly parentId?: string;
  readonly sampled: boolean;
  /** A UUID, from `X-Trace-ID` when the caller sent one. */
  readonly correlationId: string;
}

/** Request headers as Node gives them, of which `traceparent` and `x-trace-id` are read. */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;

const storage = new AsyncLocalStorage<Trace>();
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/** Continues the caller's trace, or begins one; headers that are not well formed count as absent (W3C Trace Context 3.2). */
export function traceFromHeaders(headers: TraceHeaders): Trace {
  const [, traceId, parentId, flags] = traceparent.exec(single(headers['traceparent'])) ?? [];
  const given = single(headers['x-trace-id']);
  const here = { spanId: randomBytes(8).toString('hex'), correlationId: uuid.test(given) ? given.toLowerCase() : randomUUID() };
  if (traceId === undefined || parentId === undefined) return { ...here, traceId: randomBytes(16).toString('hex'), sampled: true };
  return { ...here, traceId, parentId, sampled: (Number.parseInt(flags ?? '00', 16) & 1) === 1 };
}

/** Runs the work, and everything it awaits, inside the trace. */
export function runInTrace<Result>(trace: Trace, work: () => Result): Result {
  return storage.run(trace, work);
}

/** The trace of the running code; undefined outside any request. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** The headers that carry the current trace to the next program; none outside a request. */
export function traceHeaders(): Record<string, string> {
  const trace = storage.getStore();
  if (trace === undefined) return {};
  return { traceparent: `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`, 'x-trace-id': trace.correlationId };
}

function single(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
