/** An instance that can be killed at any of its own crash points: from then on nothing that it does has an effect. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ConsumerStore } from '../consumer-store.ts';
import type { BusDriver } from '../driver.ts';

export interface Mortal {
  readonly isDead: boolean;
  kill(): void;
  /** Runs what belongs to this instance, so that it is known whose crash point is passed. */
  run<Result>(work: () => Result): Result;
  driver(inner: BusDriver): BusDriver;
  store<Session>(inner: ConsumerStore<Session>): ConsumerStore<Session>;
}

const living = new AsyncLocalStorage<{ pass(point: string): void }>();
subscribe('banyan.crash-point', (message) => living.getStore()?.pass((message as { name: string }).name));

/** Dies the `times`th time that it passes the point; without a death it lives until killed. */
export function createMortal(options: {
  readonly death?: { readonly point: string; readonly times: number };
  readonly onDeath: () => void;
}): Mortal {
  let isDead = false;
  let passed = 0;
  const kill = () => {
    if (isDead) return;
    isDead = true;
    options.onDeath();
  };
  const refuseWhenDead = () => {
    if (isDead) throw new Error('This instance is dead.');
  };
  const pass = (point: string) => {
    if (point === options.death?.point && (passed += 1) === options.death.times) kill();
  };
  const alive = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    refuseWhenDead();
    return call();
  };
  return {
    get isDead() {
      return isDead;
    },
    kill,
    run: (work) => living.run({ pass }, work),
    driver: (inner) => ({
      capabilities: inner.capabilities,
      publish: (batch, publishing) => alive(() => inner.publish(batch, publishing)),
      subscribe: async (subscription) => {
        refuseWhenDead();
        const joined = await inner.subscribe(subscription);
        return { pull: (pulling) => alive(() => joined.pull(pulling)), close: () => joined.close() };
      },
      close: () => inner.close(),
    }),
    store: (inner) => ({
      handle: (event, effect) => alive(() => inner.handle(event, (session) => effect(session).then(refuseWhenDead))),
      setAside: (entry) => alive(() => inner.setAside(entry)),
      retryDue: (group, attempt) => alive(() => inner.retryDue(group, (session, entry) => attempt(session, entry).then(refuseWhenDead))),
      postpone: (entry, next) => alive(() => inner.postpone(entry, next)),
      prune: (olderThanMs) => alive(() => inner.prune(olderThanMs)),
    }),
  };
}
