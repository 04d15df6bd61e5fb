/** A broker, a database, a shop and its consumers in memory, on a clock on which hours pass in milliseconds. */
import { expect } from 'vitest';
import { consume, type Consumer } from '../consumer.ts';
import type { ConsumerOptions } from '../consumer-options.ts';
import { createMemoryBroker } from '../memory-broker.ts';
import { createMemoryDatabase, type MemorySession } from '../memory-consumer-store.ts';
import { whenIdle } from '../tracked-session.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { type AttemptPlan, createShop } from './shop.ts';

/** Half of the range, so that jitter takes a quarter off. */
const random = { next: () => 0.5 };

export function createSystem() {
  const clock = createVirtualClock();
  const broker = createMemoryBroker({ clock });
  const database = createMemoryDatabase({ clock });
  const shop = createShop(clock);
  const driver = broker.createDriver();
  const store = database.createStore();
  const start = (options: Partial<ConsumerOptions<MemorySession>> = {}) =>
    consume({
      driver: broker.createDriver(),
      store: database.createStore(),
      group: 'billing',
      handlers: [shop.handler],
      clock,
      random,
      ...options,
    });
  /** Publishes one event per plan, all of one key unless told otherwise. */
  const publish = async (plans: readonly (readonly AttemptPlan[])[], key: (index: number) => string = () => 'order-1') => {
    const events = plans.map((outcomes, index) => {
      const event = shop.next(key(index));
      shop.plan(event, outcomes);
      return event;
    });
    await driver.publish(events);
    return events.map(({ id }) => id);
  };
  const idle = (...consumers: Consumer[]) => whenIdle({ consumers, clock, timeoutMs: 3_600_000 });
  const run = <Result>(work: () => Promise<Result>) => clock.run(work());
  return { clock, broker, database, shop, driver, store, start, publish, idle, run };
}

/** Looks every millisecond of virtual time at first, later every tenth of a second, for about an hour. */
export async function expectPoll(clock: { wait(ms: number): Promise<void> }, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks += 1) {
    expect(looks, 'it never came to that').toBeLessThan(36_000);
    await clock.wait(looks < 1_000 ? 1 : 100);
  }
}
