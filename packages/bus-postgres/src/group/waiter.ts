/** Waits until woken or a time is over; a wake-up that comes while nobody waits is kept. */

export interface Waiter {
  /** What wakes from here on is kept for the next wait. */
  listen(): void;
  wait(forMs: number): Promise<void>;
  readonly wake: () => void;
}

export function createWaiter(): Waiter {
  let isAwake = false;
  let resume: (() => void) | undefined;
  return {
    listen: () => void (isAwake = false),
    wait: (forMs) =>
      new Promise((resolve) => {
        if (isAwake) return resolve();
        const timer = setTimeout(() => resume?.(), forMs);
        resume = () => {
          clearTimeout(timer);
          resume = undefined;
          resolve();
        };
      }),
    wake: () => {
      isAwake = true;
      resume?.();
    },
  };
}
