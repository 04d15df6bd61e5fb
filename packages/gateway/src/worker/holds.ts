/** Requests that wait while their route's tables change owner: bounded in number and time, released by the next route table. */

export type HoldOutcome = 'released' | 'timeout' | 'full';

interface Waiter {
  readonly settle: (outcome: HoldOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

export class Holds {
  readonly #waitersByRoute = new Map<string, Set<Waiter>>();
  /** Waiting now, over all routes. */
  waiting = 0;

  /** Resolves when the route's hold ends, when `timeoutMs` have passed, or at once when `queueMax` already wait. */
  wait(routeId: string, timeoutMs: number, queueMax: number, signal: AbortSignal): Promise<HoldOutcome> {
    const waiters = this.#waitersByRoute.get(routeId) ?? new Set();
    if (waiters.size >= queueMax) return Promise.resolve('full');
    this.#waitersByRoute.set(routeId, waiters);
    return new Promise((resolve) => {
      const settle = (outcome: HoldOutcome): void => {
        if (!waiters.delete(waiter)) return;
        clearTimeout(waiter.timer);
        signal.removeEventListener('abort', onAbort);
        this.waiting -= 1;
        resolve(outcome);
      };
      const onAbort = (): void => settle('released');
      const waiter: Waiter = { settle, timer: setTimeout(settle, timeoutMs, 'timeout') };
      waiters.add(waiter);
      this.waiting += 1;
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Lets everybody go on whose route is not held any more. */
  release(isHeld: (routeId: string) => boolean): void {
    for (const [routeId, waiters] of this.#waitersByRoute) {
      if (isHeld(routeId)) continue;
      this.#waitersByRoute.delete(routeId);
      for (const waiter of waiters) waiter.settle('released');
    }
  }
}
