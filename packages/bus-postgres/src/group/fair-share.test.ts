import { array, assert, constantFrom, integer, property, uniqueArray } from 'fast-check';
import { expect, it } from 'vitest';
import { fairShare } from './fair-share.ts';

it('shares are all partitions together, and differ by one at most', () => {
  const pids = uniqueArray(integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 });
  assert(
    property(integer({ min: 1, max: 64 }), pids, (partitions, members) => {
      const shares = members.map((pid) =>
        fairShare(
          partitions,
          members.map((one) => ({ pid: one, types: 2 })),
          pid,
        ),
      );
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

it('members that read fewer types than another have nothing', () => {
  assert(
    property(array(constantFrom(1, 2, 3), { minLength: 1, maxLength: 10 }), (types) => {
      const members = types.map((count, place) => ({ pid: place + 1, types: count }));
      for (const { pid, types: count } of members) expect(fairShare(16, members, pid) > 0).toBe(count === Math.max(...types));
    }),
  );
});
