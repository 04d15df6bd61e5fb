import { describe, expect, it } from 'vitest';
import { saga } from './definition.ts';
import { orderPaid } from './testing/order-saga.ts';
import { input, inVirtualTime, options, patience } from './testing/virtual-world.ts';

describe('waiting', () => {
  const waiting = (log: string[], onTimeout: 'undo' | (() => number) = 'undo') =>
    saga('order', options)
      .call('reserve', { action: async () => {}, undo: async () => void log.push('undo reserve') })
      .wait('paid', {
        events: [orderPaid],
        by: ({ data }) => data.order,
        key: ({ saga }) => saga.key,
        withinMs: 5_000,
        when: ({ data }) => data.amount > 0,
        onEvent: ({ data }) => data.amount,
        onTimeout,
      })
      .wait('paid-again', {
        events: [orderPaid],
        by: ({ data }) => data.order,
        key: ({ saga }) => saga.key,
        withinMs: 5_000,
        onEvent: ({ data }) => data.amount,
        onTimeout: () => 0,
      })
      .end({
        result: ({ results }) => [results.paid, results['paid-again']],
        marks: ({ results }) => (results['paid-again'] === 0 ? ['once'] : []),
      });

  it(
    'takes what came before the wait, each event for one wait, and passes over what does not fit',
    inVirtualTime(async ({ engine, deliver, log }) => {
      const order = waiting(log);
      const running = await engine([order]);
      await running.start(order, 'k', input);
      for (const amount of [0, 7, 0, 8]) await deliver(running, 'k', amount);
      await deliver(running, 'k', 7);
      expect(await running.waitForEnd(order, 'k', patience)).toEqual({ state: 'completed', result: [7, 0], marks: ['once'] });
    }),
  );

  it(
    'goes on at once with an event that another process delivers, and after the time without one',
    inVirtualTime(async ({ engine, deliver, log, clock }) => {
      const order = waiting(log, () => -1);
      const [one, other] = [await engine([order]), await engine([order])];
      await one.start(order, 'k', input);
      await clock.wait(2_000);
      await deliver(other, 'k', 7);
      const since = clock.now();
      expect(await one.waitForEnd(order, 'k', patience)).toEqual({ state: 'completed', result: [7, 0], marks: ['once'] });
      expect(clock.now() - since).toBeLessThan(6_000);
      await one.start(order, 'l', input);
      expect(await one.waitForEnd(order, 'l', patience)).toEqual({ state: 'completed', result: [-1, 0], marks: ['once'] });
    }),
  );

  it(
    'ends with the saga at the latest, and then the wait says what follows',
    inVirtualTime(async ({ engine, clock }) => {
      const wait = {
        events: [orderPaid] as const,
        by: ({ data }: { data: { order: string } }) => data.order,
        key: ({ saga }: { saga: { key: string } }) => saga.key,
        withinMs: 60_000,
        onEvent: () => 'paid',
        onTimeout: () => 'late',
      };
      const order = saga('order', options)
        .call('a', { action: () => clock.wait(4_000), noUndo: 'test' })
        .wait('paid', wait)
        .end({ result: ({ results }) => results.paid });
      const running = await engine([order]);
      const since = clock.now();
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toMatchObject({ state: 'completed', result: 'late' });
      expect(clock.now() - since).toBeLessThan(61_000);
    }),
  );

  it(
    'undoes when nothing came, and answers a caller who waits for less that it is running',
    inVirtualTime(async ({ engine, log }) => {
      const order = waiting(log);
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', { withinMs: 1_000 })).toEqual({ state: 'running' });
      expect(await running.waitForEnd(order, 'k', patience)).toEqual({ state: 'compensated', reason: 'Nothing came within 5000 ms.' });
      expect(log).toEqual(['undo reserve']);
    }),
  );
});
