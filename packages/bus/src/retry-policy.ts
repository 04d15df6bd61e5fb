/** When a failed event is tried again, and when it is given up. */
import type { Random } from './clock.ts';
import type { SetAsideReason } from './consumer-store.ts';

export interface RetryPolicy {
  /** Pauses before the second, third, … attempt on the spot; its key and its batch wait meanwhile. Default 50 and 200. */
  readonly pausesMs: readonly number[];
  /** Once set aside: the first delay, doubled each time. Default 1,000. */
  readonly firstDelayMs: number;
  /** Default 300,000. */
  readonly longestDelayMs: number;
  /** In all, those on the spot included; then it is dead. Default 10. */
  readonly attemptsMax: number;
}

export const defaultRetryPolicy: RetryPolicy = { pausesMs: [50, 200], firstDelayMs: 1_000, longestDelayMs: 300_000, attemptsMax: 10 };

/** What is wrong with an event after an attempt. */
export interface Failure {
  /** `later`: the handler asked for time. */
  readonly reason: SetAsideReason | 'later';
  readonly error: string;
  /** With `later`. */
  readonly afterMs?: number;
}

export type NextAttempt =
  | { readonly kind: 'again'; readonly pauseMs: number }
  | { readonly kind: 'deferred'; readonly dueInMs: number }
  | { readonly kind: 'dead'; readonly reason: SetAsideReason };

/** What follows a failed attempt; `attempts` counts it. An event that is set aside already is not tried again on the spot. */
export function planAttempt(
  { policy, random }: { readonly policy: RetryPolicy; readonly random: Random },
  { failure, attempts, isSetAside }: { readonly failure: Failure; readonly attempts: number; readonly isSetAside: boolean },
): NextAttempt {
  if (failure.reason !== 'failed' && failure.reason !== 'later') return { kind: 'dead', reason: failure.reason };
  if (attempts >= policy.attemptsMax) return { kind: 'dead', reason: 'failed' };
  if (failure.afterMs !== undefined) return { kind: 'deferred', dueInMs: failure.afterMs };
  const pauseMs = isSetAside ? undefined : policy.pausesMs[attempts - 1];
  if (pauseMs !== undefined) return { kind: 'again', pauseMs: withJitter(pauseMs, random) };
  const doubled = Math.max(0, attempts - policy.pausesMs.length - 1);
  return { kind: 'deferred', dueInMs: withJitter(Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** doubled), random) };
}

/** Between half and all of it, so that what failed together does not come again together. */
export function withJitter(ms: number, random: Random): number {
  return Math.round(ms * (0.5 + random.next() / 2));
}
