import { describe, expect, it } from 'vitest';
import { saga } from './definition.ts';
import { orderPaid } from './testing/order-saga.ts';
import { ann, input, inVirtualTime, options, patience, untilStuck } from './testing/virtual-world.ts';

describe('versions', () => {
  const version = (number: number, log: string[]) =>
    saga('order', { ...options, version: number })
      .wait('paid', {
        events: [orderPaid],
        by: ({ data }) => data.order,
        key: ({ saga }) => saga.key,
        withinMs: 20_000,
        onEvent: ({ data }) => data.amount,
        onTimeout: 'undo',
      })
      .call('ship', { action: async () => void log.push(`ship ${number}`), noUndo: 'gone' })
      .end({ result: () => number });

  it(
    'a running saga goes on with its own, beside a newer one',
    inVirtualTime(async ({ engine, deliver, log }) => {
      const [first, second] = [version(1, log), version(2, log)];
      const old = await engine([first]);
      await old.start(first, 'k', input);
      await old.stop();
      const both = await engine([first, second]);
      await both.start(second, 'l', input);
      await deliver(both, 'k', 1);
      await deliver(both, 'l', 1);
      expect([await both.waitForEnd(first, 'k', patience), await both.waitForEnd(second, 'l', patience)]).toMatchObject([
        { result: 1 },
        { result: 2 },
      ]);
    }),
  );

  it(
    'a saga of a version that nobody knows goes to an operator, and on when somebody does',
    inVirtualTime(async ({ engine, log, clock }) => {
      const [first, second] = [version(1, log), version(2, log)];
      const old = await engine([first]);
      await old.start(first, 'k', input);
      await old.stop();
      const young = await engine([second]);
      await clock.wait(60_000);
      expect(await young.waitForEnd(first, 'k', { withinMs: 1_000 })).toEqual({ state: 'running' });
      const id = await untilStuck(young, first);
      expect((await young.operator.show(id)).reason).toBe('No running program knows version 1 of "order".');
      await expect(young.start(first, 'm', input)).rejects.toMatchObject({ code: 'SAGA_UNKNOWN' });
      await engine([first, second]);
      await young.operator.retry(id, ann);
      await expect.poll(async () => (await young.operator.show(id)).state).toBe('compensated');
    }),
  );
});
