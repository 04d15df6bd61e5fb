/** Which clients have written what the other side has not applied yet, as this worker knows it; the primary keeps the truth. */

export interface PinsLink {
  /** Resolves once every worker knows the pin. */
  pin(scopes: readonly string[], key: string): Promise<void>;
  written(scopes: readonly string[], key: string, known: boolean): void;
  /** Resolves true when everything committed before the call is applied on the other side. */
  barrier(scope: string): Promise<boolean>;
}

interface Waiter {
  readonly look: () => void;
}

export class Pins {
  readonly #keysByScope = new Map<string, Set<string>>();
  readonly #allPinned = new Set<string>();
  readonly #broken = new Set<string>();
  readonly #lastChangeMs = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #link: PinsLink;
  /** False as long as nobody is pinned: the only thing most requests look at. */
  any = false;

  constructor(link: PinsLink) {
    this.#link = link;
  }

  has(scope: string, key: string): boolean {
    return this.#allPinned.has(scope) || (this.#keysByScope.get(scope)?.has(key) ?? false);
  }

  /** Whether a request of this client should wait before it reaches the monolith; not when the barrier cannot be asked. */
  blocks(scopes: readonly string[], key: string): boolean {
    return scopes.some((scope) => !this.#broken.has(scope) && this.has(scope, key));
  }

  /** Pins a client before its write is sent; resolves when every worker knows. */
  async pin(scopes: readonly string[], key: string): Promise<void> {
    for (const scope of scopes) this.add(scope, key);
    await this.#link.pin(scopes, key);
    // The end of an earlier pin of this client may have been under way and arrived in between; the primary's answer comes after it.
    for (const scope of scopes) this.add(scope, key);
  }

  /** After a write was answered. @param known false when its outcome is not known */
  written(scopes: readonly string[], key: string, known: boolean): void {
    this.#link.written(scopes, key, known);
  }

  barrier(scope: string): Promise<boolean> {
    return this.#link.barrier(scope);
  }

  /** No write under way now, and none begun or ended since, by the monotonic clock. */
  quietSince(scope: string | undefined, sinceMs: number): boolean {
    if (scope === undefined) return true;
    if (this.#allPinned.has(scope) || (this.#keysByScope.get(scope)?.size ?? 0) > 0) return false;
    return (this.#lastChangeMs.get(scope) ?? -1) < sinceMs;
  }

  /** Resolves true once the client is pinned no more, false after `timeoutMs`. */
  free(scopes: readonly string[], key: string, timeoutMs: number): Promise<boolean> {
    if (!this.blocks(scopes, key)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (free: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(free);
      };
      const waiter: Waiter = { look: () => !this.blocks(scopes, key) && end(true) };
      const timer = setTimeout(end, timeoutMs, false);
      this.#waiters.add(waiter);
    });
  }

  // --- what the primary tells ---

  add(scope: string, key: string): void {
    this.#lastChangeMs.set(scope, performance.now());
    if (this.#allPinned.has(scope)) return;
    const keys = this.#keysByScope.get(scope);
    if (keys === undefined) this.#keysByScope.set(scope, new Set([key]));
    else keys.add(key);
    this.any = true;
  }

  remove(scope: string, keys: readonly string[]): void {
    this.#lastChangeMs.set(scope, performance.now());
    const pinned = this.#keysByScope.get(scope);
    for (const key of keys) pinned?.delete(key);
    if (pinned?.size === 0) this.#keysByScope.delete(scope);
    this.#changed();
  }

  /** @param keys with `on` false: those that stay pinned */
  setAll(scope: string, on: boolean, keys: readonly string[]): void {
    this.#lastChangeMs.set(scope, performance.now());
    if (on) this.#allPinned.add(scope);
    else {
      this.#allPinned.delete(scope);
      if (keys.length > 0) this.#keysByScope.set(scope, new Set(keys));
      else this.#keysByScope.delete(scope);
    }
    this.#changed();
  }

  setBarrier(scope: string, working: boolean): void {
    if (working) this.#broken.delete(scope);
    else this.#broken.add(scope);
    this.#changed();
  }

  #changed(): void {
    this.any = this.#keysByScope.size > 0 || this.#allPinned.size > 0;
    for (const waiter of this.#waiters) waiter.look();
  }
}
