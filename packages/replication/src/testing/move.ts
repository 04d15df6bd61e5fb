// A journal and routes for cutovers in tests.
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { CutoverJournal, CutoverRoutes, CutoverState, Side } from '../cutover/types.ts';
import type { StreamOptions } from '../stream/options.ts';

export function memoryJournal(): CutoverJournal & { readonly steps: string[] } {
  let state: CutoverState | undefined;
  const steps: string[] = [];
  return {
    steps,
    read: () => Promise.resolve(state),
    write: (next) => {
      state = next;
      steps.push(next.step);
      return Promise.resolve();
    },
    clear: () => {
      state = undefined;
      return Promise.resolve();
    },
  };
}

/** Routes that nobody uses. */
export function quietRoutes(): CutoverRoutes & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    hold: () => {
      calls.push('hold');
      return Promise.resolve({ drainMs: 0 });
    },
    flip: () => {
      calls.push('flip');
      return Promise.resolve({ flipMs: 0 });
    },
    release: () => {
      calls.push('release');
      return Promise.resolve();
    },
  };
}

/** Limits that no busy machine reaches, for tests of what a move does, not of how long it may take. */
export const patience = { budgetMs: 20_000, lockTimeoutMs: 20_000, maxLagMs: 20_000, maxTouchedKeys: 100_000 } as const;

/** What move-process.ts is told to do. */
export interface MoveOrder {
  readonly from: Side;
  readonly to: Side;
  readonly forward: StreamOptions;
  readonly reverse: StreamOptions;
  readonly journalFile: string;
  /** Holds the name of the side the routes point to, or `held`. */
  readonly routesFile: string;
  readonly crashPoint?: string;
  /** `from` is lost. */
  readonly isReclaim?: boolean;
}

/** A journal that outlives its process. */
export function fileJournal(path: string): CutoverJournal {
  return {
    read: async () => (existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as CutoverState) : undefined),
    write: (state) => writeFile(path, JSON.stringify(state)),
    clear: () => rm(path, { force: true }),
  };
}

/** Routes that outlive the process, as a gateway's do. */
export function fileRoutes(order: Pick<MoveOrder, 'from' | 'to' | 'routesFile'>): CutoverRoutes {
  return {
    hold: async () => {
      await writeFile(order.routesFile, 'held');
      await setImmediate(); // a writer that has looked just before is still writing
      return { drainMs: 0 };
    },
    flip: async () => {
      await writeFile(order.routesFile, order.to.name);
      return { flipMs: 0 };
    },
    release: () => writeFile(order.routesFile, order.from.name),
  };
}
