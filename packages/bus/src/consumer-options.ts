/** What a consumer is given, and its limits with their defaults. */
import type { Clock, Random } from './clock.ts';
import type { ConsumerStore } from './consumer-store.ts';
import type { BusDriver } from './driver.ts';
import type { EventHandler } from './handler.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface ConsumerOptions<Session> {
  readonly driver: BusDriver;
  readonly store: ConsumerStore<Session>;
  /** The consumer group: instances of one service that share the work. Lower-case letters, digits, `-`. */
  readonly group: string;
  /** One per event type. */
  readonly handlers: readonly EventHandler<Session>[];
  /** Where a group that has never been seen begins. Default `now`. */
  readonly from?: 'now' | 'beginning';
  /** A number above 0 replays from the beginning to the replayable handlers, beside normal operation; each number once. Default 0. */
  readonly generation?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly limits?: Partial<ConsumerLimits>;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface ConsumerLimits {
  /** Events taken from the broker at a time. Default 100. */
  readonly batchMax: number;
  /** Default 16. */
  readonly keysAtOnce: number;
  /** Keys with due entries that are retried side by side. Default 4. */
  readonly retriesAtOnce: number;
  /** Of one attempt. Default 30,000. */
  readonly attemptTimeoutMs: number;
  /** How long a pull waits for an event. Default 1,000. */
  readonly pullWaitMs: number;
  /** Pause between looks for entries that are due. Default 1,000. */
  readonly retryPollMs: number;
  /** How long the store remembers what was handled: longer than the broker can bring it again. Default 604,800,000, a week. */
  readonly rememberMs: number;
  /** Pause between forgetting what is older. Default 600,000. */
  readonly forgetEveryMs: number;
}

export const defaultConsumerLimits: ConsumerLimits = {
  batchMax: 100,
  keysAtOnce: 16,
  retriesAtOnce: 4,
  attemptTimeoutMs: 30_000,
  pullWaitMs: 1_000,
  retryPollMs: 1_000,
  rememberMs: 604_800_000,
  forgetEveryMs: 600_000,
};
