// A journal and routes for cutovers in tests.
import type { CutoverJournal, CutoverRoutes, CutoverState } from '../cutover/types.ts';

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
