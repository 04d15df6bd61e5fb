/** The live state: one stream of server-sent events for the whole page, which says what it knows and how it knows it. */
import type { StateView } from '@banyan/controller/state-view';
import { useSyncExternalStore } from 'react';
import { createRowRates } from './row-rates.ts';

export type Connection = 'opening' | 'live' | 'controller-away' | 'console-away' | 'signed-out';

export interface Live {
  readonly connection: Connection;
  /** Why the controller is away, in its own words. */
  readonly message?: string;
  /** The last that was told; old while the connection is not live. */
  readonly state?: StateView;
  /** Rows per second that follow, by extraction. */
  readonly rowsPerSecond: Readonly<Record<string, number>>;
  /** When the state came, milliseconds since 1970. */
  readonly heardAtMs?: number;
}

const tryAgainMs = 2_000;

class LiveState {
  #now: Live = { connection: 'opening', rowsPerSecond: {} };
  readonly #watchers = new Set<() => void>();
  readonly #rates = createRowRates();
  #source: EventSource | undefined;

  /** Follows while the page can be seen: behind another tab nobody looks, and the controller is left alone. */
  start(): void {
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#source?.close() : this.#follow()));
    if (!document.hidden) this.#follow();
  }

  #follow(): void {
    this.#source?.close();
    const source = new EventSource('/console/events');
    this.#source = source;
    source.addEventListener('state', (event) => this.#hear(JSON.parse(event.data as string) as StateView));
    source.addEventListener('away', (event) => {
      const { message } = JSON.parse(event.data as string) as { readonly message: string };
      this.#become({ ...this.#now, connection: 'controller-away', message });
    });
    source.addEventListener('error', () => {
      // The browser tries again by itself, unless the answer was a refusal.
      if (source.readyState === EventSource.CLOSED) void this.#learnWhy();
      else this.#become({ ...this.#now, connection: 'console-away' });
    });
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly get = (): Live => this.#now;

  #hear(state: StateView): void {
    const heardAtMs = Date.now();
    this.#become({ connection: 'live', state, heardAtMs, rowsPerSecond: this.#rates.add(state, heardAtMs) });
  }

  async #learnWhy(): Promise<void> {
    this.#source?.close();
    const status = await fetch('/console/session').then(
      (answer) => answer.status,
      () => 0,
    );
    this.#become({ ...this.#now, connection: status === 401 ? 'signed-out' : 'console-away' });
    setTimeout(() => {
      if (!document.hidden) this.#follow();
    }, tryAgainMs);
  }

  #become(next: Live): void {
    this.#now = next;
    for (const watcher of this.#watchers) watcher();
  }
}

export const live = new LiveState();

export function useLive(): Live {
  return useSyncExternalStore(live.watch, live.get);
}
