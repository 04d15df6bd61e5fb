/** Those who wait for a saga's end: told at once when it ends in this process, else by a wake-up or the next look into the store. */
import type { Clock } from '@banyan/bus/clock';
import type { SagaState } from '../state.ts';
import type { SagaStore, StoredSaga } from '../store.ts';

/** How a saga stands when the wait for it is over. */
export type SagaOutcome<Result = unknown> =
  | { readonly state: 'completed'; readonly result: Result; readonly marks: readonly string[] }
  | { readonly state: 'compensated'; readonly reason: string }
  | { readonly state: 'needs-operator'; readonly reason: string }
  /** Still under way when the time was over. */
  | { readonly state: 'running' };

export interface Rests {
  tell(name: string, key: string, outcome: SagaOutcome): void;
  /** Rejects when the store cannot be asked. */
  await(
    name: string,
    key: string,
    options: { readonly withinMs: number; readonly isHere: boolean; readonly signal?: AbortSignal },
  ): Promise<SagaOutcome>;
  /** Looks into the store for everybody who waits. */
  look(): Promise<void>;
}

interface Waiter {
  readonly name: string;
  readonly key: string;
  readonly tell: (outcome: SagaOutcome) => void;
}

const isOver = new Error('The wait is over.');
/** Those who ask at once. */
const lookAtOnceMax = 500;

export function createRests({ store, clock }: { readonly store: SagaStore; readonly clock: Clock }): Rests {
  const waiters = new Map<string, Set<Waiter>>();
  const addressOf = (name: string, key: string) => `${name}/${key}`;
  const tell = (name: string, key: string, outcome: SagaOutcome) =>
    waiters.get(addressOf(name, key))?.forEach((waiter) => waiter.tell(outcome));
  const lookFor = async (keys: readonly { name: string; key: string }[]) => {
    for (let at = 0; at < keys.length; at += lookAtOnceMax) {
      const found = await store.find({ keys: keys.slice(at, at + lookAtOnceMax), limit: lookAtOnceMax });
      for (const saga of found) {
        const outcome = outcomeOf(saga);
        if (outcome.state !== 'running') tell(saga.name, saga.key, outcome);
      }
    }
  };
  return {
    tell,
    look: () => lookFor([...waiters.values()].map((some) => [...some][0]!)),
    await: async (name, key, { withinMs, isHere, signal }) => {
      const address = addressOf(name, key);
      const over = new AbortController();
      const end = () => over.abort();
      signal?.addEventListener('abort', end, { once: true });
      let outcome: SagaOutcome = { state: 'running' };
      const waiter: Waiter = {
        name,
        key,
        tell: (told) => {
          outcome = told;
          over.abort(isOver);
        },
      };
      const others = waiters.get(address) ?? new Set();
      waiters.set(address, others.add(waiter));
      try {
        const waiting = clock.wait(withinMs, over.signal);
        if (!isHere) await lookFor([{ name, key }]);
        await waiting;
        return outcome;
      } finally {
        over.abort(isOver);
        signal?.removeEventListener('abort', end);
        others.delete(waiter);
        if (others.size === 0 && waiters.get(address) === others) waiters.delete(address);
      }
    },
  };
}

function outcomeOf(saga: Pick<StoredSaga, 'state' | 'result' | 'marks' | 'reason'>): SagaOutcome {
  return toOutcome(saga.state, saga.result, saga.marks, saga.reason);
}

export function toOutcome(state: SagaState, result: unknown, marks: readonly string[], reason = 'unknown'): SagaOutcome {
  if (state === 'completed') return { state, result, marks };
  return state === 'compensated' || state === 'needs-operator' ? { state, reason } : { state: 'running' };
}
