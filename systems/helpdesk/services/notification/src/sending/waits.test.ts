import { expect, test } from 'vitest';
import { waitBefore } from './waits.ts';

test('longer each time, within a fifth of it, and then no more', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => waitBefore(attempts, 0.5) ?? 0);
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect([waitBefore(1, 0), waitBefore(1, 0.5), waitBefore(1, 1)]).toEqual([4_000, 5_000, 6_000]);
  expect(waitBefore(9)).toBeUndefined();
});
