import { describe, expect, test } from 'vitest';
import { createSystem, expectPoll } from './testing/virtual-system.ts';

describe('stopping', () => {
  test('takes nothing new, finishes the batch in hand and settles it', () => {
    const { run, start, publish, shop, clock, driver } = createSystem();
    return run(async () => {
      const consumer = await start({ limits: { batchMax: 2 } });
      const ids = await publish([['done'], ['done'], ['done'], ['done']]);
      await expectPoll(clock, () => shop.attempts.length > 0);
      expect(await consumer.stop()).toBe(true);
      expect(shop.effects).toEqual(ids.slice(0, 2));
      const rest = await (await driver.subscribe({ group: 'billing', types: ['order.placed'] })).pull({ max: 10, waitMs: 1_000 });
      expect(rest?.deliveries.map(({ content }) => (content as { id: string }).id)).toEqual(ids.slice(2));
    });
  });

  test('aborts what does not end in time: it comes again, to another instance, and nothing is held against it', () => {
    const { run, start, publish, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start({ limits: { attemptTimeoutMs: 3_600_000 } });
      const ids = await publish([['throw', 'throw', 'hang', 'done'], ['done']]);
      await expectPoll(clock, () => shop.attempts.length === 3);
      const begun = clock.now();
      expect(await consumer.stop({ withinMs: 2_000 })).toBe(false);
      expect(await consumer.stop()).toBe(false);
      expect(clock.now() - begun).toBeLessThan(4_000);
      const second = await start();
      await expectPoll(clock, () => shop.effects.length === 2);
      expect(shop.effects).toEqual(ids);
      expect(await store.list({})).toEqual([]);
      await second.stop();
    });
  });

  test('does not wait for a store that never answers', () => {
    const { run, start, publish, clock, store } = createSystem();
    return run(async () => {
      let asked = 0;
      const consumer = await start({ store: { ...store, handle: () => new Promise(() => (asked += 1)) } });
      await publish([['done']]);
      await expectPoll(clock, () => asked === 1);
      expect(await consumer.stop({ withinMs: 1_000 })).toBe(false);
    });
  });

  test('leaves a retry under way as it was when its time is over', () => {
    const { run, start, publish, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start({ limits: { attemptTimeoutMs: 3_600_000 } });
      const ids = await publish([['later', 'hang', 'done']]);
      await expectPoll(clock, () => shop.attempts.length === 2);
      expect(await consumer.stop({ withinMs: 1_000 })).toBe(false);
      expect(await store.list({})).toMatchObject([{ eventId: ids[0], state: 'deferred', attempts: 1 }]);
      const second = await start();
      await expectPoll(clock, () => shop.effects.length === 1);
      await second.stop();
    });
  });

  test('a driver that was closed under a consumer does not make it spin', () => {
    const { run, start, broker, clock } = createSystem();
    return run(async () => {
      const driver = broker.createDriver();
      let pulls = 0;
      const counting = {
        ...driver,
        subscribe: async (options: Parameters<typeof driver.subscribe>[0]) => {
          const subscription = await driver.subscribe(options);
          return {
            ...subscription,
            pull: (pulling: Parameters<typeof subscription.pull>[0]) => ((pulls += 1), subscription.pull(pulling)),
          };
        },
      };
      const consumer = await start({ driver: counting });
      await driver.close();
      await clock.wait(10_000);
      expect(pulls).toBeLessThan(150);
      expect(await consumer.stop()).toBe(true);
    });
  });
});
