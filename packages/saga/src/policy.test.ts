import { createVirtualClock, type VirtualClock } from '@banyan/bus/virtual-clock';
import type { EventEnvelope } from '@banyan/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refuse, type Saga, saga, sagaOver } from './definition.ts';
import { createSagaEngine, type SagaEngine, type SagaEngineOptions } from './engine.ts';
import { createMemorySagaDatabase, type MemorySagaDatabase, type MemoryTransaction } from './memory-store.ts';
import { orderPaid } from './testing/order-saga.ts';

interface World {
  readonly clock: VirtualClock;
  readonly database: MemorySagaDatabase;
  readonly log: string[];
  readonly engine: (sagas: readonly Saga[], options?: Partial<SagaEngineOptions<MemoryTransaction>>) => Promise<SagaEngine>;
  readonly deliver: (engine: SagaEngine, order: string, amount: number, id?: string) => Promise<void>;
}

/** Hours pass in milliseconds: all waits go through the clock. */
function inVirtualTime(work: (world: World) => Promise<void>): () => Promise<void> {
  return () => {
    const clock = createVirtualClock();
    const database = createMemorySagaDatabase({ clock, travel: () => clock.wait(1) });
    const engines: SagaEngine[] = [];
    const { transactions } = database.connect();
    const connections = new Map<SagaEngine, typeof transactions>();
    const world: World = {
      clock,
      database,
      log: [],
      engine: async (sagas, options = {}) => {
        const connection = database.connect();
        const engine = await createSagaEngine({ ...connection, sagas, clock, random: { next: () => 0.5 }, ...options });
        connections.set(engine, connection.transactions);
        engines.push(engine);
        return engine;
      },
      deliver: (engine, order, amount, id = `${order}-${amount}`) =>
        connections
          .get(engine)!
          .run(({ session }) => engine.deliver(session, { id, type: orderPaid.type, data: { order, amount } } as unknown as EventEnvelope)),
    };
    return clock.run(
      (async () => {
        await work(world);
        for (const engine of engines) await engine.stop();
      })(),
    );
  };
}

const options = { version: 1, input: z.object({ item: z.string() }), limitMs: 60_000 };
const input = { item: 'book' };
const patience = { withinMs: 3_600_000 };
const untilStuck = async (engine: SagaEngine, of: Saga, key = 'k') => {
  expect(await engine.waitForEnd(of, key, patience)).toMatchObject({ state: 'needs-operator' });
  return (await engine.operator.list({ states: ['needs-operator'] }))[0]!.id;
};
const ann = { by: 'ann', reason: 'ticket 12' };

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

describe('going forward and back', () => {
  it(
    'undoes in reverse order what a refused step leaves behind, and not the refused one',
    inVirtualTime(async ({ engine, log }) => {
      const step = (name: string) => ({
        action: async () => ({ name }),
        undo: async ({ result }: { result: { name: string } | undefined }) => void log.push(`undo ${result?.name}`),
      });
      const order = saga('order', options)
        .call('a', step('a'))
        .call('b', step('b'))
        .call('c', { ...step('c'), action: async () => refuse('sold out') })
        .end({ result: () => 'thanks' });
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toEqual({ state: 'compensated', reason: 'sold out' });
      expect(log).toEqual(['undo b', 'undo a']);
    }),
  );

  it(
    'tries again with the same idempotency key, then undoes the step itself, whose outcome nobody knows',
    inVirtualTime(async ({ engine, log, clock }) => {
      const keys = new Set<string>();
      const order = saga('order', options)
        .call('charge', {
          retry: { attempts: 4 },
          timeoutMs: 1_000,
          action: async ({ idempotencyKey, attempt, signal }) => {
            keys.add(idempotencyKey);
            log.push(`attempt ${attempt}`);
            if (attempt < 4) throw new Error('503');
            await clock.wait(5_000);
            log.push(`aborted ${signal.aborted}`);
          },
          undo: async ({ result, idempotencyKey }) => void log.push(`undo ${String(result)} ${keys.has(idempotencyKey)}`),
        })
        .end({ result: () => 'thanks' });
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toEqual({ state: 'compensated', reason: 'It took longer than 1000 ms.' });
      await clock.wait(10_000);
      expect(log).toEqual(['attempt 1', 'attempt 2', 'attempt 3', 'attempt 4', 'undo undefined true', 'aborted true']);
      expect(keys.size).toBe(1);
    }),
  );

  it(
    'rolls a local step back when its time is over, and undoes only what was recorded',
    inVirtualTime(async ({ engine, log, clock }) => {
      const order = sagaOver<MemoryTransaction>()('order', options)
        .local('a', {
          action: async ({ native }) => native.stage(() => void log.push('a')),
          undo: async ({ native }) => native.stage(() => void log.push('undo a')),
        })
        .local('b', {
          timeoutMs: 100,
          retry: { attempts: 2 },
          action: async ({ native }) => {
            native.stage(() => void log.push('b'));
            await clock.wait(1_000);
          },
          undo: async () => void log.push('undo b'),
        })
        .end({ result: () => 'thanks' });
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toMatchObject({ state: 'compensated' });
      await clock.wait(10_000);
      expect(log).toEqual(['a', 'undo a']);
    }),
  );

  it(
    'turns back when the time of the saga is over, but not after the pivot',
    inVirtualTime(async ({ engine, log, clock }) => {
      const slow = (name: string) => ({
        timeoutMs: 200_000,
        action: async () => {
          await clock.wait(40_000);
          log.push(name);
        },
      });
      const before = saga('before', options)
        .call('a', { ...slow('a'), undo: async () => void log.push('undo a') })
        .call('b', { ...slow('b'), undo: async () => void log.push('undo b') })
        .end({ result: () => 'thanks' });
      const after = saga('after', options)
        .call('a', { ...slow('a'), undo: async () => void log.push('undo a') })
        .pivot()
        .call('b', slow('b'))
        .call('c', slow('c'))
        .end({ result: () => 'thanks' });
      const running = await engine([before, after]);
      await running.start(before, 'k', input);
      expect(await running.waitForEnd(before, 'k', patience)).toEqual({ state: 'compensated', reason: 'It took longer than 60000 ms.' });
      expect(log).toEqual(['a', 'undo b', 'undo a']);
      await clock.wait(60_000);
      log.length = 0;
      await running.start(after, 'k', input);
      expect(await running.waitForEnd(after, 'k', patience)).toMatchObject({ state: 'completed' });
      expect(log).toEqual(['a', 'b', 'c']);
    }),
  );

  it(
    'gives a result to later steps as another process would read it',
    inVirtualTime(async ({ engine }) => {
      const order = saga('order', options)
        .call('a', { action: async () => ({ at: new Date(0), nothing: undefined }), noUndo: 'test' })
        .call('b', { action: async ({ results }) => Object.entries(results.a), noUndo: 'test' })
        .end({ result: ({ results }) => results.b });
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toMatchObject({ result: [['at', '1970-01-01T00:00:00.000Z']] });
    }),
  );
});

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
