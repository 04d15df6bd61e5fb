/** Does the same work again and again while a service runs: what others have left, what somebody asks for, what the clock says. */
import { setTimeout as pause } from 'node:timers/promises';

export interface RepeatOptions {
  /** Between the end of one time and the next. */
  readonly everyMs: number;
  /** After a time that answered false. Default 2,000. */
  readonly afterFailureMs?: number;
}

export interface Repeated {
  /** Resolves when the time that is under way has ended. Idempotent. */
  stop(): Promise<void>;
}

/** Begins at once; never twice at the same time. `work` reports its own failures and answers whether all is well; what it throws ends the process. */
export function repeat(work: (signal: AbortSignal) => Promise<boolean>, { everyMs, afterFailureMs = 2_000 }: RepeatOptions): Repeated {
  const stopping = new AbortController();
  const { signal } = stopping;
  const working = (async () => {
    while (!signal.aborted) {
      const isWell = await work(signal);
      await pause(isWell ? everyMs : afterFailureMs, undefined, { signal }).catch(() => {}); // aborted: the loop ends
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}
