import { event } from '@banyan/contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ConsumerStore } from './consumer-store.ts';
import { deadLetter, on, retry } from './handler.ts';
import type { MemorySession } from './memory-consumer-store.ts';
import { orderPlaced } from './testing/shop.ts';
import { createSystem, expectPoll } from './testing/virtual-system.ts';

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
