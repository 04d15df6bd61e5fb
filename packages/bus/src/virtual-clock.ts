/** Time that passes only when nothing else can happen: hours of waiting in milliseconds, the same in every run. */
import type { Clock } from './clock.ts';
import { BusError } from './errors.ts';

export interface VirtualClock extends Clock {
  /**
   * Moves time on, from timer to timer, until the work has ended, and answers as it does. Only for programs whose waits all go through this clock:
   * real input and output is not waited for. Throws BUS_TIME_STANDS_STILL when the work waits for something that no timer brings.
   */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

interface Timer {
  readonly at: number;
  readonly number: number;
  end(): void;
}

export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = startMs;
  let created = 0;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const timer: Timer = { at: now + ms, number: (created += 1), end };
        function end() {
          timers.delete(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        }
        timers.add(timer);
        signal?.addEventListener('abort', end, { once: true });
      }),
    run: async (work) => {
      let ended = false;
      const ending = work.finally(() => (ended = true));
      ending.catch(() => {}); // the caller hears of it through the return
      for (let idle = 0; !ended;) {
        await everythingElse();
        const next = earliest(timers);
        if (next !== undefined) {
          idle = 0;
          now = Math.max(now, next.at);
          next.end();
        } else if (!ended && (idle += 1) > idleRoundsMax) {
          throw new BusError('BUS_TIME_STANDS_STILL', 'The work has not ended and no timer is left.');
        }
      }
      return ending;
    },
  };
}

/** Promises may need a few turns of the event loop that no timer announces. */
const idleRoundsMax = 100;

/** Resolves after every promise that can go on has done so. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.number < first.number)) first = timer;
  }
  return first;
}
