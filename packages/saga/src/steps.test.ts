import { describe, expect, it } from 'vitest';
import { refuse, saga, sagaOver } from './definition.ts';
import type { MemoryTransaction } from './memory-store.ts';
import { input, inVirtualTime, options, patience } from './testing/virtual-world.ts';

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
    'hears what a call answers to the end of its time',
    inVirtualTime(async ({ engine }) => {
      const order = saga('order', options)
        .pivot()
        .call('ask', {
          retry: { attempts: 1 },
          timeoutMs: 1_000,
          action: ({ signal }) =>
            new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('nobody knows'), { once: true })),
        })
        .end({ result: ({ results }) => results.ask });
      const running = await engine([order]);
      await running.start(order, 'k', input);
      expect(await running.waitForEnd(order, 'k', patience)).toMatchObject({ state: 'completed', result: 'nobody knows' });
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
