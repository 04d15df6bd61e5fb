/** A transaction in memory: what is written in it shows when it commits, all at once, or never. */
import { BusError } from '../errors.ts';

export interface MemorySession {
  /** Registers a write: it is performed when the transaction commits, in the order of registration, and dropped when it rolls back. */
  write(perform: () => void): void;
}

export function createMemorySession(): { commit(work: (session: MemorySession) => Promise<void>): Promise<void> } {
  const writes: (() => void)[] = [];
  let hasEnded = false;
  const session: MemorySession = {
    write: (perform) => {
      if (hasEnded) throw new BusError('BUS_SESSION_ENDED', 'The transaction in memory has ended; the write was dropped.');
      writes.push(perform);
    },
  };
  return {
    commit: async (work) => {
      await work(session).finally(() => (hasEnded = true));
      for (const perform of writes) perform();
    },
  };
}
