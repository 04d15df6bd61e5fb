/** One action or undo with its attempts: each within its time, with pauses between, until it is done, refused, given up or called off. */
import type { Clock, Random } from '@banyan/bus/clock';
import { withJitter } from '@banyan/bus/retry-policy';
import type { Refusal, RetryPolicy } from '../definition.ts';

export type AttemptOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  /** `isFirst`: no attempt before it may have had an effect. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFirst: boolean }
  | { readonly kind: 'gave-up'; readonly reason: string }
  | { readonly kind: 'called-off' };

export type WithinTime = <Result>(work: (signal: AbortSignal) => Promise<Result>) => Promise<Result>;

export interface AttemptOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RetryPolicy;
  readonly timeoutMs: number;
  /** Calls it off. */
  readonly signal: AbortSignal;
  /** What is handed to `within` must end in time; the rest of the work may take what it takes. */
  readonly work: (attempt: number, within: WithinTime) => Promise<unknown>;
  /** Failures that say nothing about the work and so do not count. */
  readonly isForeign?: (error: unknown) => boolean;
  /** Answers an outcome when the failed attempt turns out to be final, also a good one. */
  readonly afterFailure?: (error: unknown) => Promise<AttemptOutcome | undefined>;
}

export async function runAttempts(options: AttemptOptions): Promise<AttemptOutcome> {
  const { clock, random, policy, signal } = options;
  let pauseMs = policy.pauseMs;
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) return { kind: 'called-off' };
    try {
      const result = await options.work(attempt, (work) => withinTime(options, work));
      return isRefusal(result) ? { kind: 'refused', reason: result.refused, isFirst: attempt === 1 } : { kind: 'done', result };
    } catch (error) {
      const outcome = await options.afterFailure?.(error);
      if (outcome !== undefined) return outcome;
      if (signal.aborted) return { kind: 'called-off' };
      if (options.isForeign?.(error) !== true) failures += 1;
      if (failures >= policy.attempts) return { kind: 'gave-up', reason: error instanceof Error ? error.message : String(error) };
      await clock.wait(withJitter(pauseMs, random), signal);
      pauseMs = Math.min(policy.longestPauseMs, pauseMs * 2);
    }
  }
}

/** One for all: an abort without a reason makes an exception of its own each time, and that is dear. */
const isOver = new Error('The attempt is over.');

/** Work that answers the end of its time at once, by giving up in its own way, is heard. */
const lastWordMs = 250;

/** Work whose time is over may go on all the same: what it does then is unknown. */
async function withinTime<Result>(
  { clock, timeoutMs, signal }: AttemptOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const end = () => ending.abort(isOver);
  signal.addEventListener('abort', end, { once: true });
  let isDone = false;
  const over = clock.wait(timeoutMs, ending.signal).then(async () => {
    if (isDone) return undefined as never;
    if (signal.aborted) throw new Error('It was called off.');
    ending.abort(isOver);
    await clock.wait(lastWordMs, signal);
    throw new Error(`It took longer than ${timeoutMs} ms.`);
  });
  over.catch(() => {}); // heard through the race
  try {
    return await Promise.race([work(ending.signal), over]);
  } finally {
    isDone = true;
    signal.removeEventListener('abort', end);
    ending.abort(isOver);
  }
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && typeof (result as { refused?: unknown }).refused === 'string';
}
