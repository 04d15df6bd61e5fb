import { describe, expect, it } from 'vitest';
import { saga } from './definition.ts';
import { createSagaEngine } from './engine.ts';
import { input, inVirtualTime, options, patience } from './testing/virtual-world.ts';

describe('starting', () => {
  it(
    'with the same key and input gives the same saga, with another input it is refused',
    inVirtualTime(async ({ engine, log }) => {
      const order = saga('order', options)
        .call('reserve', { action: async () => void log.push('reserve'), noUndo: 'test' })
        .end({ result: () => 'thanks' });
      const running = await engine([order]);
      const ids = await Promise.all([1, 2, 3].map(async () => (await running.start(order, 'k', input)).id));
      await running.waitForEnd(order, 'k', patience);
      ids.push((await running.start(order, 'k', input)).id);
      expect(new Set(ids).size).toBe(1);
      expect(log).toEqual(['reserve']);
      await expect(running.start(order, 'k', { item: 'pen' })).rejects.toMatchObject({ code: 'SAGA_KEY_TAKEN' });
      await expect(running.start(order, 'l', { item: 1 as never })).rejects.toMatchObject({ code: 'SAGA_INPUT_INVALID' });
    }),
  );

  it(
    'within a transaction begins with its commit, and never when it is rolled back',
    inVirtualTime(async ({ database, clock, log }) => {
      const order = saga('order', options)
        .call('reserve', { action: async ({ saga }) => void log.push(saga.key), noUndo: 'test' })
        .end({ result: () => 'thanks' });
      const connection = database.connect();
      const running = await createSagaEngine({ ...connection, sagas: [order], clock });
      const failing = connection.transactions.run(async () => {
        await running.start(order, 'no', input);
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      await connection.transactions.run(async () => void (await running.start(order, 'yes', input)));
      expect(await running.waitForEnd(order, 'yes', patience)).toMatchObject({ state: 'completed' });
      await clock.wait(60_000);
      expect(log).toEqual(['yes']);
      await running.stop();
    }),
  );

  it(
    'more than it may run at once makes the others wait their turn',
    inVirtualTime(async ({ engine, clock }) => {
      let [now, most] = [0, 0];
      const action = async () => {
        most = Math.max(most, (now += 1));
        await clock.wait(100);
        now -= 1;
      };
      const order = saga('order', options)
        .call('reserve', { action, noUndo: 'test' })
        .end({ result: () => 'thanks' });
      const running = await engine([order], { atOnce: 3 });
      const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
      await Promise.all(keys.map((key) => running.start(order, key, input)));
      const outcomes = await Promise.all(keys.map((key) => running.waitForEnd(order, key, patience)));
      expect(outcomes.every(({ state }) => state === 'completed')).toBe(true);
      expect(most).toBe(3);
    }),
  );
});

it(
  'an engine that stops lets the step at hand end and leaves the rest to others',
  inVirtualTime(async ({ engine, log, clock }) => {
    const step = (name: string) => ({
      action: async () => {
        await clock.wait(1_000);
        log.push(name);
      },
      noUndo: 'test',
    });
    const order = saga('order', options)
      .call('a', step('a'))
      .call('b', step('b'))
      .end({ result: () => 'thanks' });
    const one = await engine([order]);
    await one.start(order, 'k', input);
    await clock.wait(100);
    await one.stop();
    expect(log).toEqual(['a']);
    await expect(one.start(order, 'l', input)).rejects.toMatchObject({ code: 'SAGA_STOPPED' });
    const other = await engine([order]);
    expect(await other.waitForEnd(order, 'k', patience)).toMatchObject({ state: 'completed' });
    expect(log).toEqual(['a', 'b']);
  }),
);
