/**
 * The truth about own writes: who wrote what the other side has not applied yet. A pin begins before its write is sent and ends when the
 * controller says that everything committed before a call made after the write has been applied. Per extraction one call is under way and
 * one waits; later writes join the waiting one.
 */
import type { GatewayLimits } from '../config.ts';
import type { PinnedScope } from '../processes/messages.ts';

export interface PinBoardParts {
  readonly limits: GatewayLimits;
  /** Undefined when no controller is configured: pins then last `pinWithoutControllerMs`. */
  readonly askReached: ((scope: string, signal: AbortSignal) => Promise<void>) | undefined;
  readonly unpin: (scope: string, keys: readonly string[]) => void;
  /** With `on` false, `keys` are those that stay pinned. */
  readonly pinAll: (scope: string, on: boolean, keys: readonly string[]) => void;
  readonly barrierState: (scope: string, working: boolean) => void;
  readonly count: (name: string) => void;
}

interface Pin {
  /** Writes of this client that are not answered yet. */
  writes: number;
  /** A barrier call begun with a turn lower than this does not cover the last write. */
  turn: number;
}

interface Scope {
  readonly pins: Map<string, Pin>;
  /** The number of the barrier call that waits to begin (the one under way is one less). */
  turn: number;
  underWay: boolean;
  wanted: boolean;
  all: boolean;
  working: boolean;
  waiters: { readonly turn: number; readonly settle: (reached: boolean) => void }[];
}

const callWithinMs = 10_000;
const backOffFirstMs = 100;
const backOffMaxMs = 2_000;

export class PinBoard {
  readonly #parts: PinBoardParts;
  readonly #scopes = new Map<string, Scope>();
  /** Writes not answered yet, by the worker that told of them: they end with it. */
  readonly #openBySource = new Map<number, Map<string, { readonly name: string; readonly key: string; count: number }>>();
  readonly #stop = new AbortController();

  constructor(parts: PinBoardParts) {
    this.#parts = parts;
  }

  /** @param source the worker (pid) that is about to send the write */
  pin(scopes: readonly string[], key: string, source: number): void {
    for (const name of scopes) {
      this.#open(source, name, key, 1);
      const scope = this.#scope(name);
      const pin = scope.pins.get(key);
      if (pin !== undefined) pin.writes += 1;
      else if (scope.pins.size < this.#parts.limits.pinsMax) scope.pins.set(key, { writes: 1, turn: Number.POSITIVE_INFINITY });
      else this.#overflow(name, scope);
    }
  }

  /** @param known false when the write's outcome is not known: it may still commit for a while */
  written(scopes: readonly string[], key: string, known: boolean, source: number): void {
    for (const name of scopes) this.#open(source, name, key, -1);
    const settle = (): void => {
      for (const name of scopes) this.#writtenIn(name, key);
    };
    if (known) settle();
    else setTimeout(settle, this.#parts.limits.ownWriteWaitMs).unref();
  }

  /** A worker has died: its writes have an unknown end. */
  forget(source: number): void {
    const open = this.#openBySource.get(source);
    this.#openBySource.delete(source);
    for (const { name, key, count } of open?.values() ?? []) {
      for (let write = 0; write < count; write++) this.written([name], key, false, source);
    }
    this.#openBySource.delete(source);
  }

  #open(source: number, name: string, key: string, by: 1 | -1): void {
    const open = this.#openBySource.get(source) ?? new Map<string, { name: string; key: string; count: number }>();
    this.#openBySource.set(source, open);
    const id = JSON.stringify([name, key]);
    const entry = open.get(id) ?? { name, key, count: 0 };
    entry.count += by;
    if (entry.count > 0) open.set(id, entry);
    else open.delete(id);
  }

  #writtenIn(name: string, key: string): void {
    const scope = this.#scope(name);
    const pin = scope.pins.get(key);
    if (pin === undefined) return this.#want(name, scope); // an overflowing scope
    pin.writes -= 1;
    if (pin.writes > 0) return;
    pin.turn = scope.turn;
    this.#want(name, scope);
  }

  /** Resolves true when everything committed before this call is applied on the other side. */
  barrier(name: string): Promise<boolean> {
    const scope = this.#scope(name);
    if (this.#parts.askReached === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      scope.waiters.push({ turn: scope.turn, settle: resolve });
      this.#want(name, scope);
    });
  }

  state(): PinnedScope[] {
    return [...this.#scopes].map(([scope, { pins, all }]) => ({ scope, keys: [...pins.keys()], all }));
  }

  counts(): Record<string, { pinned: number; all: boolean; controllerAnswers: boolean }> {
    return Object.fromEntries(
      [...this.#scopes].map(([name, { pins, all, working }]) => [name, { pinned: pins.size, all, controllerAnswers: working }]),
    );
  }

  close(): void {
    this.#stop.abort();
  }

  #scope(name: string): Scope {
    let scope = this.#scopes.get(name);
    if (scope === undefined)
      this.#scopes.set(
        name,
        (scope = { pins: new Map(), turn: 1, underWay: false, wanted: false, all: false, working: true, waiters: [] }),
      );
    return scope;
  }

  #overflow(name: string, scope: Scope): void {
    if (scope.all) return;
    scope.all = true;
    this.#parts.count('pins_overflowed');
    this.#parts.pinAll(name, true, []);
  }

  #want(name: string, scope: Scope): void {
    scope.wanted = true;
    if (!scope.underWay) void this.#run(name, scope);
  }

  async #run(name: string, scope: Scope): Promise<void> {
    scope.underWay = true;
    while (scope.wanted && !this.#stop.signal.aborted) {
      scope.wanted = false;
      const turn = scope.turn;
      scope.turn += 1;
      const reached = await this.#reach(name, scope);
      this.#settle(name, scope, turn, reached);
    }
    scope.underWay = false;
  }

  /** Asks until the controller confirms, or until `pinMs` have passed. */
  async #reach(name: string, scope: Scope): Promise<boolean> {
    const { limits, askReached } = this.#parts;
    if (askReached === undefined) {
      await pause(limits.pinWithoutControllerMs, this.#stop.signal);
      return false;
    }
    const endMs = performance.now() + limits.pinMs;
    for (
      let backOffMs = backOffFirstMs;
      performance.now() < endMs && !this.#stop.signal.aborted;
      backOffMs = Math.min(backOffMs * 2, backOffMaxMs)
    ) {
      try {
        await askReached(name, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(callWithinMs)]));
        this.#setWorking(name, scope, true);
        this.#parts.count('barriers_reached');
        return true;
      } catch {
        // Counted and shown in the state; clients of this extraction stop waiting until the controller answers again.
        this.#parts.count('barriers_failed');
        this.#setWorking(name, scope, false);
        this.#tellWaiters(scope, Number.POSITIVE_INFINITY, false);
        await pause(Math.min(backOffMs, Math.max(0, endMs - performance.now())), this.#stop.signal);
      }
    }
    return false;
  }

  #settle(name: string, scope: Scope, turn: number, reached: boolean): void {
    const free = [...scope.pins].filter(([, pin]) => pin.writes === 0 && pin.turn <= turn).map(([key]) => key);
    for (const key of free) scope.pins.delete(key);
    if (free.length > 0) this.#parts.unpin(name, free);
    if (scope.all && !scope.wanted && scope.pins.size < this.#parts.limits.pinsMax) {
      scope.all = false;
      this.#parts.pinAll(name, false, [...scope.pins.keys()]);
    }
    this.#tellWaiters(scope, turn, reached);
  }

  #tellWaiters(scope: Scope, turn: number, reached: boolean): void {
    const covered = scope.waiters.filter((waiter) => waiter.turn <= turn);
    scope.waiters = scope.waiters.filter((waiter) => waiter.turn > turn);
    for (const waiter of covered) waiter.settle(reached);
  }

  #setWorking(name: string, scope: Scope, working: boolean): void {
    if (scope.working === working) return;
    scope.working = working;
    this.#parts.barrierState(name, working);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}
