import { expect, test } from 'vitest';
import { repeat } from './repeat.ts';

test('work is done again and again, never twice at once, and what is under way ends before it has stopped', async () => {
  let [times, atOnce, most] = [0, 0, 0];
  const underWay = Promise.withResolvers<void>();
  const repeated = repeat(
    async () => {
      times += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (times === 3) await underWay.promise;
      atOnce -= 1;
      return true;
    },
    { everyMs: 1 },
  );
  await expect.poll(() => times).toBe(3);
  let hasStopped = false;
  const stopping = repeated.stop().then(() => (hasStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasStopped).toBe(false);
  underWay.resolve();
  await stopping;
  await repeated.stop();
  expect([times, most, atOnce]).toEqual([3, 1, 0]);
});

test('after a time that was not well it waits longer, and a stop does not', async () => {
  const began: number[] = [];
  const repeated = repeat(
    () => {
      began.push(performance.now());
      return Promise.resolve(began.length > 1);
    },
    { everyMs: 600_000, afterFailureMs: 50 },
  );
  await expect.poll(() => began.length).toBe(2);
  await repeated.stop();
  expect(began[1]! - began[0]!).toBeGreaterThanOrEqual(45);
});

test('the work is told that it is to stop', async () => {
  const aborted = Promise.withResolvers<string>();
  const repeated = repeat(
    async (signal) => {
      signal.addEventListener('abort', () => aborted.resolve('told'));
      await aborted.promise;
      return true;
    },
    { everyMs: 1 },
  );
  await repeated.stop();
  expect(await aborted.promise).toBe('told');
});
