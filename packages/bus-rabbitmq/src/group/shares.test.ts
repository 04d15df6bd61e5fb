import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharesOf } from './shares.ts';

test('shares of all members together are all partitions, each once, and differ by at most one', () => {
  const members = fc.uniqueArray(fc.record({ id: fc.string(), types: fc.constant(1) }), { minLength: 1, selector: ({ id }) => id });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), members, (partitions, all) => {
      const shares = all.map(({ id }) => sharesOf(partitions, all, id));
      const sizes = shares.map(({ length }) => length);
      expect(shares.flat().toSorted((one, two) => one - two)).toEqual(Array.from({ length: partitions }, (_, partition) => partition));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('those who know fewer types leave the work to those who know more', () => {
  const members = [
    { id: 'old', types: 1 },
    { id: 'new', types: 2 },
    { id: 'other', types: 1 },
  ];
  expect(members.map(({ id }) => sharesOf(4, members, id))).toEqual([[], [0, 1, 2, 3], []]);
});
