/** Row locks in memory: one holder at a time per name, the others wait in line. */

export interface Locks {
  isHeld(name: string): boolean;
  hold<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

export function createLocks(): Locks {
  const held = new Map<string, Promise<void>>();
  return {
    isHeld: (name) => held.has(name),
    hold: async (name, work) => {
      while (held.has(name)) await held.get(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(name, promise);
      try {
        return await work();
      } finally {
        held.delete(name);
        resolve();
      }
    },
  };
}
