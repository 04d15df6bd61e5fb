import { expect, test } from 'vitest';
import { describeBusDriver } from './conformance.ts';
import { withBusFaults, withStoreFaults } from './faults.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryConsumerStore } from './memory-consumer-store.ts';

const always = { random: { next: () => 0 } };

describeBusDriver('memory, seen through faults that never happen', async () => {
  const broker = createMemoryBroker();
  const inner = new WeakMap<object, ReturnType<typeof broker.createDriver>>();
  return {
    createDriver: async () => {
      const driver = broker.createDriver();
      const seen = withBusFaults(driver, {});
      inner.set(seen, driver);
      return seen;
    },
    kill: async (driver) => broker.disconnect(inner.get(driver)!),
    put: async (message) => broker.put(message),
    close: async () => {},
  };
});

test('a doubled publish has its effect and fails; a dropped one has none', async () => {
  const broker = createMemoryBroker();
  const subscription = await broker.createDriver().subscribe({ group: 'billing', types: ['order.placed'] });
  const event = { type: 'order.placed', partitionkey: 'order-1' } as never;
  await expect(withBusFaults(broker.createDriver(), { drop: 1 }, always).publish([event])).rejects.toMatchObject({
    code: 'BUS_CONNECTION_LOST',
  });
  expect(await subscription.pull({ max: 10, waitMs: 1 })).toBeUndefined();
  await expect(withBusFaults(broker.createDriver(), { duplicate: 1 }, always).publish([event])).rejects.toMatchObject({
    code: 'BUS_CONNECTION_LOST',
  });
  expect((await subscription.pull({ max: 10, waitMs: 1 }))?.deliveries).toHaveLength(1);
});

test('a commit of unknown outcome is noted and fails; a store that is away notes nothing', async () => {
  const store = createMemoryConsumerStore();
  const entry = { group: 'billing', generation: 0, eventId: 'e1', partitionKey: '' };
  const effects: string[] = [];
  const effect = async () => void effects.push('e1');
  await expect(withStoreFaults(store, { away: 1 }, always).handle(entry, effect)).rejects.toMatchObject({ code: 'BUS_CONNECTION_LOST' });
  expect(effects).toEqual([]);
  await expect(withStoreFaults(store, { unknownCommit: 1 }, always).handle(entry, effect)).rejects.toMatchObject({
    code: 'BUS_CONNECTION_LOST',
  });
  expect(await store.handle(entry, effect)).toBe('duplicate');
  expect(effects).toEqual(['e1']);
});
