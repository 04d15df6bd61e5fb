import { describe, expect, it } from 'vitest';
import { refuse, saga } from './definition.ts';
import { ann, input, inVirtualTime, options, untilStuck } from './testing/virtual-world.ts';

describe('an operator', () => {
  const broken = { reserve: false, undo: false, ship: false };
  const fails = (name: keyof typeof broken) => {
    if (broken[name]) throw new Error(`${name} is broken`);
  };
  const create = (log: string[]) =>
    saga('order', options)
      .call('reserve', {
        action: async ({ input }) => void log.push(`reserve ${input.item}`),
        undo: async () => {
          fails('undo');
          log.push('undo reserve');
        },
      })
      .call('check', { action: async () => (broken.reserve ? refuse('sold out') : 'fine'), noUndo: 'only looks' })
      .pivot()
      .call('ship', {
        action: async ({ input }) => {
          fails('ship');
          log.push(`ship ${input.item}`);
          return 'parcel';
        },
      })
      .end({ result: ({ results }) => results.ship });

  it(
    'finds a saga whose undo failed, and retries or skips it',
    inVirtualTime(async ({ engine, log }) => {
      const order = create(log);
      const running = await engine([order]);
      Object.assign(broken, { reserve: true, undo: true, ship: false });
      await running.start(order, 'k', input);
      await running.start(order, 'l', input);
      await untilStuck(running, order);
      await untilStuck(running, order, 'l');
      const stuck = await running.operator.list({ states: ['needs-operator'] });
      expect(stuck[0]!.reason).toBe('The undo of "reserve" failed: undo is broken');
      broken.undo = false;
      await running.operator.retry(stuck[1]!.id, ann);
      await running.operator.skip(stuck[0]!.id, ann);
      await expect.poll(async () => (await running.operator.list({ states: ['compensated'] })).length).toBe(2);
      expect(log).toEqual(['reserve book', 'reserve book', 'undo reserve']);
      const { records } = await running.operator.show(stuck[0]!.id);
      expect(records.map(({ kind, step }) => [kind, step])).toEqual([
        ['done', 'reserve'],
        ['failed', 'check'],
        ['stuck', 'reserve'],
        ['skipped', 'reserve'],
        ['turned', undefined],
        ['compensated', undefined],
      ]);
      expect(records[3]!.content).toEqual({ by: 'ann', reason: 'ticket 12' });
    }),
  );

  it(
    'edits the input of a saga that is stuck after the pivot and retries it, or skips the step with a result',
    inVirtualTime(async ({ engine, log }) => {
      const order = create(log);
      const running = await engine([order]);
      Object.assign(broken, { reserve: false, undo: false, ship: true });
      await running.start(order, 'k', input);
      const id = await untilStuck(running, order);
      await expect(running.operator.compensate(id, ann)).rejects.toMatchObject({ code: 'SAGA_REQUEST_REFUSED' });
      await expect(running.operator.edit(id, { ...ann, input: { item: 1 } })).rejects.toMatchObject({ code: 'SAGA_INPUT_INVALID' });
      await running.operator.edit(id, { ...ann, input: { item: 'pen' } });
      await expect.poll(async () => (await running.operator.show(id)).records.at(-1)?.kind).toBe('edited');
      broken.ship = false;
      await running.operator.retry(id, ann);
      expect(await running.waitForEnd(order, 'k', { withinMs: 60_000 })).toBeDefined();
      await expect.poll(async () => (await running.operator.show(id)).state).toBe('completed');
      expect(log).toEqual(['reserve book', 'ship pen']);
      broken.ship = true;
      await running.start(order, 'l', input);
      const other = await untilStuck(running, order, 'l');
      await running.operator.skip(other, { ...ann, result: 'by hand' });
      await expect.poll(async () => (await running.operator.show(other)).result).toBe('by hand');
    }),
  );

  it(
    'turns a running saga round, wherever it runs',
    inVirtualTime(async ({ engine, log, clock }) => {
      const order = saga('order', options)
        .call('reserve', {
          timeoutMs: 50_000,
          action: ({ signal }) => clock.wait(40_000, signal),
          undo: async () => void log.push('undo reserve'),
        })
        .end({ result: () => 'thanks' });
      const [one, other] = [await engine([order]), await engine([order])];
      const { id } = await one.start(order, 'k', input);
      await clock.wait(1_000);
      await other.operator.compensate(id, ann);
      expect(await other.waitForEnd(order, 'k', { withinMs: 5_000 })).toEqual({ state: 'compensated', reason: 'ticket 12' });
      expect(log).toEqual(['undo reserve']);
      await expect(one.operator.retry(id, ann)).rejects.toThrow('it is compensated');
      await expect(one.operator.show('nobody')).rejects.toMatchObject({ code: 'SAGA_UNKNOWN' });
    }),
  );
});
