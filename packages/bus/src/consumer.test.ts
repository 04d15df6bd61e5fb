import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { currentCause, event } from '@banyan/contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { consume, type Consumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { ConsumerStore } from './consumer-store.ts';
import { deadLetter, on, retry } from './handler.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryDatabase, type MemorySession } from './memory-consumer-store.ts';
import { consumptionChannel, type ConsumptionReport } from './report.ts';
import { type AttemptPlan, createShop, orderPlaced } from './testing/shop.ts';
import { whenIdle } from './tracked-session.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Half of the range, so that jitter takes a quarter off. */
const random = { next: () => 0.5 };

function createSystem() {
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

describe('what fails', () => {
  test('is tried again on the spot, three times in all, after 0, 50 and 200 ms less jitter', () => {
    const { run, start, publish, idle, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start();
      const begun = clock.now();
      const ids = await publish([['throw', 'throw', 'done'], ['done']]);
      await expectPoll(clock, () => shop.effects.length === 2);
      expect(shop.effects).toEqual(ids);
      expect(clock.now() - begun).toBeLessThan(250);
      expect(clock.now() - begun).toBeGreaterThanOrEqual((50 + 200) * 0.75);
      expect(await store.list({})).toEqual([]);
      await idle(consumer);
      await consumer.stop();
    });
  });

  test('is then set aside with growing delays; its key waits, in order, and others flow', () => {
    const { run, start, publish, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start();
      const ids = await publish([['throw', 'throw', 'throw', 'throw', 'throw', 'done'], ['done'], ['done']]);
      await expectPoll(clock, async () => (await store.list({})).length === 3);
      const states = (await store.list({})).map(({ state, attempts, reason }) => [state, attempts, reason]);
      expect(states).toEqual([
        ['deferred', 3, 'failed'],
        ['waiting', 0, 'behind'],
        ['waiting', 0, 'behind'],
      ]);
      const others = await publish([['done']], () => 'order-2');
      const begun = clock.now();
      await expectPoll(clock, () => shop.effects.length === 4);
      expect(shop.effects).toEqual([...others, ...ids]);
      expect(clock.now() - begun).toBeGreaterThan((1_000 + 1_000 + 2_000) * 0.7);
      expect(await store.list({})).toEqual([]);
      await consumer.stop();
    });
  });

  test('is dead after ten attempts; its key stays parked until it is redriven, and goes on in order', () => {
    const { run, start, publish, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start();
      const ids = await publish([['throw'], ['done'], ['done']]);
      await expectPoll(clock, async () => (await store.list({ state: 'dead' })).length === 1);
      expect(shop.attempts).toHaveLength(10);
      expect(await store.list({ state: 'dead' })).toMatchObject([{ eventId: ids[0], attempts: 10, reason: 'failed', error: 'no stock' }]);
      await clock.wait(600_000);
      expect(shop.effects).toEqual([]);
      shop.repair();
      expect(await store.redrive({})).toBe(1);
      await expectPoll(clock, () => shop.effects.length === 3);
      expect(shop.effects).toEqual(ids);
      await consumer.stop();
    });
  });

  test('as asked: `retry` comes again after its time, `deadLetter` never', () => {
    const { run, start, publish, shop, clock, store } = createSystem();
    return run(async () => {
      const consumer = await start();
      const begun = clock.now();
      const [later] = await publish([['later', 'later', 'done']]);
      const [refused] = await publish([['refuse']], () => 'order-2');
      await expectPoll(clock, () => shop.effects.length === 1);
      expect(shop.effects).toEqual([later]);
      expect(clock.now() - begun).toBeGreaterThanOrEqual(4_000);
      expect(shop.attempts.filter((id) => id === later)).toHaveLength(3);
      expect(await store.list({})).toMatchObject([
        { eventId: refused, state: 'dead', reason: 'refused', error: 'no such article', attempts: 1 },
      ]);
      await consumer.stop();
    });
  });

  test('by taking too long: the attempt ends at its limit, and nothing it does later counts', () => {
    const { run, start, publish, shop, clock } = createSystem();
    return run(async () => {
      const signals: AbortSignal[] = [];
      const watched = {
        ...shop.handler,
        handle: ((envelope, context) => {
          signals.push(context.signal);
          return shop.handler.handle(envelope, context);
        }) as typeof shop.handler.handle,
      };
      const consumer = await start({ handlers: [watched], limits: { attemptTimeoutMs: 5_000 } });
      const begun = clock.now();
      const ids = await publish([['hang', 'done'], ['done']]);
      await expectPoll(clock, () => shop.effects.length === 2);
      expect(clock.now() - begun).toBeLessThan(6_000);
      expect(signals[0]!.reason).toMatchObject({ code: 'BUS_HANDLER_TIMEOUT' });
      await clock.wait(700_000);
      expect(shop.effects).toEqual(ids);
      await consumer.stop();
    });
  });

  test('at COMMIT: counts as an attempt, so that an event the database refuses does not block its group for ever', () => {
    const { run, start, publish, shop, store, clock } = createSystem();
    return run(async () => {
      let refusals = 0;
      const refusing: ConsumerStore<MemorySession> = {
        ...store,
        handle: (entry, effect) =>
          store.handle(entry, async (session) => {
            await effect(session);
            if (entry.partitionKey === 'order-1' && (refusals += 1) < 4) throw new Error('deferred constraint');
          }),
      };
      const consumer = await start({ store: refusing, limits: { batchMax: 1 } });
      const [refused, behind] = await publish([['done'], ['done']]);
      const [other] = await publish([['done']], () => 'order-2');
      await expectPoll(clock, () => shop.effects.length === 3);
      expect(shop.effects).toEqual([other, refused, behind]);
      expect(refusals).toBe(3);
      await consumer.stop();
    });
  });

  test.each([
    ['throws nothing', () => Promise.reject(null)],
    ['throws what cannot be shown', () => Promise.reject(Object.create(null))],
    [
      'throws at once',
      () => {
        throw new TypeError('at once');
      },
    ],
    ['throws NUL and half a character', () => Promise.reject(new Error('\0\ud800'.repeat(5_000)))],
    ['asks for no time at all', async () => retry(Number.NaN, 'when?')],
    ['asks for a negative time', async () => retry(-1, 'yesterday')],
    ['asks for ever', async () => retry(Number.POSITIVE_INFINITY, 'never')],
    ['refuses without a word', async () => deadLetter(undefined as never)],
  ] as const)('also when a handler %s: it is set aside, and others flow', (_, fail) => {
    const { run, start, publish, idle, store } = createSystem();
    return run(async () => {
      const handled: string[] = [];
      const handler = on<MemorySession, typeof orderPlaced>(orderPlaced, async ({ id, data }) =>
        data.key === 'order-1' ? fail() : void handled.push(id),
      );
      const consumer = await start({ handlers: [handler] });
      const [failed] = await publish([['done']]);
      const others = await publish([['done']], () => 'order-2');
      await idle(consumer);
      expect(handled).toEqual(others);
      const [entry] = await store.list({});
      expect(entry).toMatchObject({ eventId: failed, error: expect.any(String) });
      expect(entry!.error.length).toBeLessThanOrEqual(1_000);
      expect(entry!.error.isWellFormed() && !entry!.error.includes('\0')).toBe(true);
      await consumer.stop();
    });
  });

  test('also when a check of its schema throws: dead at once, and others flow', () => {
    const { run, start, publish, idle, store } = createSystem();
    return run(async () => {
      const unlucky = z.number().refine((number) => {
        if (number === 1) throw new Error('no table');
        return true;
      });
      const fragile = event({
        type: 'order.placed',
        version: 1,
        summary: 'Placed.',
        key: 'key',
        data: z.object({ key: z.string(), number: unlucky }),
      });
      const handled: string[] = [];
      const consumer = await start({ handlers: [on<MemorySession, typeof fragile>(fragile, async ({ id }) => void handled.push(id))] });
      const [, second] = await publish([['done'], ['done']], () => '');
      await idle(consumer);
      expect(handled).toEqual([second]);
      expect(await store.list({})).toMatchObject([
        { state: 'dead', reason: 'unreadable', error: 'The event cannot be read: checking it failed: no table.' },
      ]);
      await consumer.stop();
    });
  });

  test('when nobody can read it: dead at once, with its key parked as far as it is known', () => {
    const { run, start, publish, shop, broker, driver, store, idle } = createSystem();
    return run(async () => {
      const consumer = await start();
      const [before] = await publish([['done']]);
      broker.put({ type: 'order.placed', partitionKey: 'order-1', text: 'half a {' });
      const newer = { ...shop.next('order-2'), dataschema: 'urn:banyan:event:order.placed:9' };
      const wrong = { ...shop.next('order-3'), data: { key: 'order-3', number: 'one' } };
      await driver.publish([newer, wrong]);
      broker.put({ type: 'order.placed', partitionKey: '', text: JSON.stringify({ type: 'order.renamed', id: 'no \0 uuid' }) });
      const [behind] = await publish([['done']]);
      const [other] = await publish([['done']], () => 'order-4');
      await idle(consumer);
      expect(new Set(shop.effects)).toEqual(new Set([before, other]));
      expect(shop.attempts).toHaveLength(2);
      const dead = await store.list({ state: 'dead' });
      expect(dead).toHaveLength(4);
      for (const entry of dead)
        expect(entry).toMatchObject({
          reason: 'unreadable',
          attempts: 0,
          error: expect.stringMatching(/^The event cannot be read: .+\.$/),
        });
      expect(await store.list({ state: 'waiting' })).toMatchObject([{ eventId: behind, partitionKey: 'order-1' }]);
      expect(dead.map(({ partitionKey }) => partitionKey).sort()).toEqual(['', 'order-1', 'order-2', 'order-3']);
      await consumer.stop();
    });
  });
});

describe('a store that is away', () => {
  test('holds nothing against any event: the consumer pauses and goes on', () => {
    const { run, start, publish, shop, store, clock } = createSystem();
    return run(async () => {
      let isAway = false;
      let calls = 0;
      const away = <Result>(call: () => Promise<Result>) => {
        calls += 1;
        return isAway ? Promise.reject(new Error('ECONNREFUSED')) : call();
      };
      const consumer = await start({
        store: {
          handle: (entry, effect) => away(() => store.handle(entry, effect)),
          setAside: (entry) => away(() => store.setAside(entry)),
          retryDue: (group, attempt) => away(() => store.retryDue(group, attempt)),
          postpone: (entry, next) => away(() => store.postpone(entry, next)),
          prune: (olderThanMs) => store.prune(olderThanMs),
        },
      });
      isAway = true;
      const ids = await publish([['done'], ['done'], ['done']]);
      await clock.wait(3_600_000);
      expect(shop.attempts).toEqual([]);
      expect(consumer.status().inFlight).toBe(0);
      expect(calls, 'pauses of up to 5 s in an hour, in two loops').toBeLessThan(3_600);
      isAway = false;
      await expectPoll(clock, () => shop.effects.length === 3);
      expect(shop.effects).toEqual(ids);
      expect(await store.list({})).toEqual([]);
      await consumer.stop();
    });
  });
});

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

/** Looks every millisecond of virtual time at first, later every tenth of a second, for about an hour. */
async function expectPoll(clock: { wait(ms: number): Promise<void> }, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks += 1) {
    expect(looks, 'it never came to that').toBeLessThan(36_000);
    await clock.wait(looks < 1_000 ? 1 : 100);
  }
}
