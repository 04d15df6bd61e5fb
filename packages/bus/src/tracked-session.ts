/** Waiting in a test until consumers have nothing left to do. */
import { type Clock, systemClock } from './clock.ts';
import type { Consumer } from './consumer.ts';
import { BusError } from './errors.ts';

const lookMs = 5;

/**
 * Resolves when every consumer, after the last thing any of them did, found its broker empty. What is set aside does not count: ask the store.
 * Throws BUS_NOT_IDLE after the time, default 30,000 ms. Takes about two of the consumers' pullWaitMs.
 */
export async function whenIdle(options: {
  readonly consumers: readonly Consumer[];
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}): Promise<void> {
  const { consumers, timeoutMs = 30_000, clock = systemClock } = options;
  const look = () => consumers.map((consumer) => consumer.status());
  let before = look();
  for (const endAt = clock.now() + timeoutMs; clock.now() < endAt; await clock.wait(lookMs)) {
    const now = look();
    if (now.some((status, index) => hasWorked(before[index]!, status))) before = now;
    // The first empty pull may have begun before the last activity elsewhere; the second has not.
    else if (now.every((status, index) => status.emptyPulls >= before[index]!.emptyPulls + 2)) return;
  }
  throw new BusError('BUS_NOT_IDLE', `After ${timeoutMs} ms: ${JSON.stringify(look())}.`);
}

type Status = ReturnType<Consumer['status']>;

function hasWorked(before: Status, now: Status): boolean {
  return now.inFlight > 0 || now.handled !== before.handled || now.setAside !== before.setAside;
}
