/** A worker's side of recording writes: collects finished exchanges after their clients have the answer, bounded, dropped and counted when full. */
import type { RecordedWrite } from '../recorded-write.ts';

export interface WrittenBatch {
  readonly scope: string;
  readonly writes: RecordedWrite[];
  readonly droppedBy: Record<string, number>;
}

export interface FinishedWrite {
  readonly scope: string;
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  /** On this process's monotonic clock. */
  readonly startedMs: number;
  readonly status: number;
}

const waitingMax = 256;
const flushEveryMs = 100;
/** Belong to one connection or one message, and are made anew by whoever sends it again. */
const framing = new Set(['content-length', 'connection', 'x-trace-id', 'traceparent']);

export class WriteRecorder {
  readonly #send: (batches: readonly WrittenBatch[]) => void;
  readonly #batches = new Map<string, WrittenBatch>();
  #waiting = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(send: (batches: readonly WrittenBatch[]) => void) {
    this.#send = send;
    this.#timer = setInterval(() => this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** Takes a finished exchange; returns at once. */
  take({ scope, startedMs, headers, body, ...rest }: FinishedWrite): void {
    if (this.#waiting >= waitingMax) return this.drop(scope, 'queue-full');
    this.#waiting += 1;
    this.#batch(scope).writes.push({
      ...rest,
      headers: withoutFraming(headers),
      ...(body === undefined ? {} : { body: body.toString('base64') }),
      startedMs: Date.now() - performance.now() + startedMs,
    });
  }

  drop(scope: string, reason: string): void {
    const { droppedBy } = this.#batch(scope);
    droppedBy[reason] = (droppedBy[reason] ?? 0) + 1;
  }

  flush(): void {
    if (this.#batches.size === 0) return;
    this.#send([...this.#batches.values()]);
    this.#batches.clear();
    this.#waiting = 0;
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #batch(scope: string): WrittenBatch {
    let batch = this.#batches.get(scope);
    if (batch === undefined) this.#batches.set(scope, (batch = { scope, writes: [], droppedBy: {} }));
    return batch;
  }
}

function withoutFraming(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !framing.has(headers[at - (at % 2)]!.toLowerCase()));
}
