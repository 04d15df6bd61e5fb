/** Wakes the relays of this process as soon as something is committed; other processes are told through the database. */
import type { Clock } from '@banyan/bus';

interface Listener {
  /** Name of the database. */
  readonly database: string;
  readonly wake: () => void;
}

const listeners = new Set<Listener>();

/** Answers how to stop listening. */
export function listenForWakeUps(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Wakes the relays of one database, or all when it is not known. True when there was one: then nobody else needs to be told. */
export function wakeRelays(database?: string): boolean {
  const awake = [...listeners].filter((listener) => database === undefined || listener.database === database);
  for (const listener of awake) listener.wake();
  return awake.length > 0;
}

/** A wait that one call of wake() ends, also one that came just before it. */
export interface Latch {
  readonly wake: () => void;
  /** Forgets a call that came before; what is looked at afterwards cannot be missed. */
  reset(): void;
  /** Ends at wake() or after the time. */
  wait(ms: number): Promise<void>;
}

export function createLatch(clock: Clock): Latch {
  let isSet = false;
  let waiting = new AbortController();
  return {
    wake: () => {
      isSet = true;
      waiting.abort(withoutReason);
    },
    reset: () => (isSet = false),
    wait: async (ms) => {
      if (isSet) return;
      waiting = new AbortController();
      await clock.wait(ms, waiting.signal);
    },
  };
}

/** Given as a reason, it spares making an error with its stack for every wake-up. */
const withoutReason = 'awake';
