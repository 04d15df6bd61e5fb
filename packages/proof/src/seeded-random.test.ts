import { expect, test } from 'vitest';
import { createRandom } from './seeded-random.ts';

test('a seed repeats its numbers, another seed does not', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});

test('weights decide the shares', () => {
  const random = createRandom(1);
  const drawn = Array.from({ length: 10_000 }, () => random.weighted({ often: 9, seldom: 1 }));
  const seldom = drawn.filter((key) => key === 'seldom').length;
  expect(seldom).toBeGreaterThan(850);
  expect(seldom).toBeLessThan(1150);
});
