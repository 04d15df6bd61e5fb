/** What all parts of one running consumer share. */
import type { Clock, Random } from '../clock.ts';
import type { ConsumerStore } from '../consumer-store.ts';
import type { EventHandler } from '../handler.ts';
import type { RetryPolicy } from '../retry-policy.ts';

export interface ConsumerContext<Session> {
  readonly group: string;
  readonly generation: number;
  readonly store: ConsumerStore<Session>;
  readonly handlers: ReadonlyMap<string, EventHandler<Session>>;
  readonly policy: RetryPolicy;
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when nothing new may begin. */
  readonly stopping: AbortSignal;
  /** Aborted, with the error that attempts then end with, when the time to stop is over. */
  readonly interrupted: AbortSignal;
  /** Attempts that run right now. */
  readonly running: Set<AbortController>;
  readonly counts: Counts;
}

export interface Counts {
  inFlight: number;
  handled: number;
  setAside: number;
  emptyPulls: number;
}

/** The store could not do its part and the event is not to blame: nothing is held against it. */
export class StoreAway extends Error {
  constructor(cause: unknown) {
    super(`The consumer's store is away: ${messageOf(cause)}`, { cause });
    this.name = 'StoreAway';
  }
}

/** Anything can be thrown; telling what must never fail. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message || error.name : String(error);
  } catch {
    return 'something was thrown that cannot be shown';
  }
}
