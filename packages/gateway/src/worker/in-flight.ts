/** How many requests of each route are with an upstream now, kept over route changes, and a signal when a route runs empty. */

export class InFlight {
  readonly #countsByRoute = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  total = 0;

  enter(routeId: string): void {
    this.total += 1;
    this.#countsByRoute.set(routeId, (this.#countsByRoute.get(routeId) ?? 0) + 1);
  }

  leave(routeId: string): void {
    this.total -= 1;
    const left = this.#countsByRoute.get(routeId)! - 1;
    if (left > 0) this.#countsByRoute.set(routeId, left);
    else this.#countsByRoute.delete(routeId);
    if (left === 0 && this.#watchers.size > 0) for (const watcher of this.#watchers) watcher();
  }

  of(routeIds: readonly string[]): number {
    return routeIds.reduce((sum, id) => sum + (this.#countsByRoute.get(id) ?? 0), 0);
  }

  /** Resolves with how many are left: 0 as soon as these routes run empty, or what is left after `timeoutMs`. */
  drained(routeIds: readonly string[], timeoutMs: number): Promise<number> {
    if (this.of(routeIds) === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      const end = (): void => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve(this.of(routeIds));
      };
      const look = (): void => {
        if (this.of(routeIds) === 0) end();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#watchers.add(look);
    });
  }
}
