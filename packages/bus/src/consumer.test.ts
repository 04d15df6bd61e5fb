import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { currentCause, event } from '@banyan/contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { on } from './handler.ts';
import type { MemorySession } from './memory-consumer-store.ts';
import { consumptionChannel, type ConsumptionReport } from './report.ts';
import { type AttemptPlan, orderPlaced } from './testing/shop.ts';
import { createSystem, expectPoll } from './testing/virtual-system.ts';
import { whenIdle } from './tracked-session.ts';

describe('handling', () => {
  test('has each event handled once, in the order of its key, and settles', () => {
    const { run, start, publish, idle, shop } = createSystem();
    return run(async () => {
      const consumer = await start();
      const ids = await publish([['done'], ['done'], ['done']]);
      await idle(consumer);
      expect(shop.effects).toEqual(ids);
      expect(consumer.status()).toMatchObject({ group: 'billing', state: 'running', inFlight: 0, handled: 3, setAside: 0 });
      expect(await consumer.stop()).toBe(true);
      expect(consumer.status().state).toBe('stopped');
    });
  });

  test('keys run side by side, up to the limit; events without a key do not wait for each other', () => {
    const { run, start, publish, idle, clock } = createSystem();
    return run(async () => {
      let running = 0;
      let most = 0;
      const handler = on<MemorySession, typeof orderPlaced>(orderPlaced, async () => {
        most = Math.max(most, (running += 1));
        await clock.wait(10);
        running -= 1;
      });
      const consumer = await start({ handlers: [handler], limits: { keysAtOnce: 5 } });
      const plans = Array.from({ length: 40 }, (): AttemptPlan[] => ['done']);
      await publish(plans, (index) => `order-${index}`);
      await idle(consumer);
      expect(most).toBe(5);
      most = 0;
      await publish(plans, () => '');
      await idle(consumer);
      expect(most).toBe(5);
      await consumer.stop();
    });
  });

  test('what a handler does follows from its event', () => {
    const { run, start, driver, shop, idle } = createSystem();
    return run(async () => {
      const causes: unknown[] = [];
      const handler = on<MemorySession, typeof orderPlaced>(orderPlaced, async () => void causes.push(currentCause()));
      const consumer = await start({ handlers: [handler] });
      const published = { ...shop.next('order-1'), traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
      await driver.publish([published]);
      await idle(consumer);
      expect(causes).toEqual([{ correlationId: published.correlationid, eventId: published.id, traceparent: published.traceparent }]);
      await consumer.stop();
    });
  });

  test('reads older versions as the one it knows', () => {
    const { run, start, driver, shop, idle } = createSystem();
    return run(async () => {
      const seen: unknown[] = [];
      const second = event({
        type: 'order.placed',
        version: 2,
        summary: 'An order was placed.',
        key: 'key',
        data: z.object({ key: z.string(), count: z.number() }),
        upcasters: { 1: ({ number, ...rest }) => ({ ...rest, count: number }) },
      });
      const handler = on<MemorySession, typeof second>(second, async ({ data }) => void seen.push(data));
      const consumer = await start({ handlers: [handler] });
      await driver.publish([shop.next('order-1')]);
      await idle(consumer);
      expect(seen).toEqual([{ key: 'order-1', count: 1 }]);
      await consumer.stop();
    });
  });

  test('reports each event that is done with, and how long after it happened', () => {
    const { run, start, driver, shop, idle, clock } = createSystem();
    const reports: ConsumptionReport[] = [];
    const listen = (message: unknown) => void reports.push(message as ConsumptionReport);
    subscribe(consumptionChannel, listen);
    return run(async () => {
      const consumer = await start();
      const happened = { ...shop.next('order-1'), time: new Date(clock.now() - 5_000).toISOString() };
      const refused = shop.next('order-1');
      shop.plan(refused, ['refuse']);
      await driver.publish([happened, happened, refused, shop.next('order-1')]);
      await idle(consumer);
      expect(reports.map(({ outcome }) => outcome)).toEqual(['handled', 'duplicate', 'dead', 'waiting']);
      expect(reports[0]).toEqual({ group: 'billing', type: 'order.placed', outcome: 'handled', attempts: 1, durationMs: 1, lagMs: 5_001 });
      await consumer.stop();
    }).finally(() => unsubscribe(consumptionChannel, listen));
  });
});

test('what was handled is remembered for a week, then forgotten', () => {
  const { run, start, publish, shop, store, clock } = createSystem();
  return run(async () => {
    const consumer = await start({ limits: { pullWaitMs: 3_600_000, retryPollMs: 3_600_000 } });
    const [eventId] = await publish([['done']]);
    await expectPoll(clock, () => shop.effects.length === 1);
    const again = () => store.handle({ group: 'billing', generation: 0, eventId: eventId!, partitionKey: 'order-1' }, async () => {});
    await clock.wait(6.9 * 86_400_000);
    expect(await again()).toBe('duplicate');
    await clock.wait(0.2 * 86_400_000);
    expect(await again()).toBe('handled');
    expect(shop.effects).toHaveLength(1);
    await consumer.stop();
  });
});

describe('replay', () => {
  test('handles again what was handled, with replayable handlers only, beside normal operation', () => {
    const { run, start, publish, shop, idle, driver } = createSystem();
    return run(async () => {
      const mailed: string[] = [];
      const paid = event({ type: 'order.paid', version: 1, summary: 'Paid.', key: 'key', data: z.object({ key: z.string() }) });
      const handlers = [shop.handler, on<MemorySession, typeof paid>(paid, async ({ id }) => void mailed.push(id))];
      const consumer = await start({ handlers });
      const ids = await publish([['done'], ['done'], ['done']]);
      await driver.publish([shop.next('order-1', { type: 'order.paid' })]);
      await idle(consumer);
      const replay = await start({ handlers, generation: 1 });
      await idle(consumer, replay);
      expect(shop.effects).toEqual([...ids, ...ids]);
      expect(mailed).toHaveLength(1);
      await replay.stop();
      const again = await start({ handlers, generation: 1 });
      await idle(again);
      expect(shop.effects).toHaveLength(6);
      await Promise.all([consumer.stop(), again.stop()]);
    });
  });

  test('is refused where the broker keeps nothing', async () => {
    const { start, driver } = createSystem();
    const forgetful = { ...driver, capabilities: { ...driver.capabilities, readsFromBeginning: false } };
    await expect(start({ driver: forgetful, generation: 1 })).rejects.toMatchObject({ code: 'BUS_REPLAY_UNSUPPORTED' });
  });
});

test('a consumer that cannot work is refused at the start, with everything that is wrong', async () => {
  const { start, shop } = createSystem();
  const wrong = start({ group: 'Billing!', handlers: [shop.handler, shop.handler], generation: -1, limits: { batchMax: 0 } });
  await expect(wrong).rejects.toMatchObject({
    code: 'BUS_CONSUMER_INVALID',
    message: expect.stringMatching(/group.*"order.placed" has two handlers.*generation -1.*batchMax 0/),
  });
  await expect(start({ handlers: [] })).rejects.toThrow('it has no handlers');
  const once = { ...shop.handler, replayable: false };
  await expect(start({ handlers: [once], generation: 1 })).rejects.toThrow('nothing to replay to');
});

test('waiting for idle ends with the status when the time is over', () => {
  const { run, start, publish, clock } = createSystem();
  return run(async () => {
    const consumer = await start({ limits: { attemptTimeoutMs: 3_600_000 } });
    await publish([['hang']]);
    await expect(whenIdle({ consumers: [consumer], clock, timeoutMs: 5_000 })).rejects.toThrow('"inFlight":1');
    await consumer.stop({ withinMs: 1 });
  });
});

test('time that stands still is told, not waited for', async () => {
  const { clock } = createSystem();
  await expect(clock.run(new Promise(() => {}))).rejects.toMatchObject({ code: 'BUS_TIME_STANDS_STILL' });
});
