// The time a cutover may take: one clock for every step of the window.
import { ReplicationError } from '../errors.ts';

export class Budget {
  readonly limitMs: number;
  readonly #started = performance.now();
  readonly #signal: AbortSignal | undefined;

  constructor(limitMs: number, signal: AbortSignal | undefined) {
    this.limitMs = limitMs;
    this.#signal = signal;
  }

  spentMs(): number {
    return performance.now() - this.#started;
  }

  remainingMs(): number {
    return Math.max(1, this.limitMs - this.spentMs());
  }

  /** Waits for `step`, but no longer than the budget or the caller allow; the step itself is left to end by its own timeout. */
  async wait<T>(what: string, step: Promise<T>): Promise<T> {
    const given = Promise.withResolvers<never>();
    const timer = setTimeout(() => given.reject(this.#exceeded(what)), this.remainingMs());
    const abort = () => given.reject(new ReplicationError('REPLICATION_ABORTED', `The cutover was cancelled by the caller while ${what}.`));
    if (this.#signal?.aborted === true) abort();
    this.#signal?.addEventListener('abort', abort, { once: true });
    step.catch(() => {}); // when the budget ends first, the step's own failure comes too late to matter
    try {
      return await Promise.race([step, given.promise]);
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener('abort', abort);
    }
  }

  #exceeded(what: string): ReplicationError {
    return new ReplicationError('REPLICATION_TIMEOUT', `The cutover used up its budget of ${this.limitMs} ms while ${what}.`);
  }
}
