/** Locks of transactions: held until the transaction ends or its program dies, given in the order of asking. */

export interface Locks {
  /** Resolves when the owner has it; at once when it has it already. */
  take(owner: object, name: string): Promise<void>;
  isHeld(name: string): boolean;
  /** Everything the owner has or waits for; what it still waits for never comes. */
  release(owner: object): void;
}

interface Waiting {
  readonly owner: object;
  go(): void;
}

export function createLocks(): Locks {
  const held = new Map<string, { owner: object; readonly line: Waiting[] }>();
  const passOn = (name: string) => {
    const lock = held.get(name)!;
    const next = lock.line.shift();
    if (next === undefined) {
      held.delete(name);
      return;
    }
    lock.owner = next.owner;
    next.go();
  };
  return {
    isHeld: (name) => held.has(name),
    take: (owner, name) =>
      new Promise((go) => {
        const lock = held.get(name);
        if (lock === undefined) held.set(name, { owner, line: [] });
        if (lock === undefined || lock.owner === owner) return go();
        lock.line.push({ owner, go });
      }),
    release: (owner) => {
      for (const [name, lock] of held) {
        const left = lock.line.filter((waiting) => waiting.owner !== owner);
        lock.line.splice(0, lock.line.length, ...left);
        if (lock.owner === owner) passOn(name);
      }
    },
  };
}
