/** A growing share only ever adds clients; 0 and 100 are exact; the hash is the one it says it is. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketCount, bucketOf, isWithinShare } from './bucket.ts';

it('keeps everybody who has moved while the share grows', () => {
  expect(() =>
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (seed, client, one, two) => {
          const bucket = bucketOf(seed, client);
          const [small, large] = [Math.min(one, two), Math.max(one, two)];
          return !isWithinShare(bucket, small) || isWithinShare(bucket, large);
        },
      ),
    ),
  ).not.toThrow();
});

it('is nobody at 0 and everybody at 100', () => {
  expect(() =>
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (seed, client) => !isWithinShare(bucketOf(seed, client), 0) && isWithinShare(bucketOf(seed, client), 100),
      ),
    ),
  ).not.toThrow();
});

it('comes near the share that was asked for', () => {
  const clients = Array.from({ length: 20_000 }, (_, at) => `u:${at}`);
  for (const share of [1, 10, 50, 90]) {
    const moved = clients.filter((client) => isWithinShare(bucketOf('auth', client), share)).length;
    expect(Math.abs(moved / clients.length - share / 100)).toBeLessThan(0.01);
  }
});

it.each([
  ['seed', 'a', 0.0505],
  ['seed', 'b', 0.2696],
  ['foo', 'ab', 0.2575],
  ['foo', 'def', 0.2019],
  ['89123klj', '8952klfjas09ujkasdf', 0.124],
  ['90850943850283058242805', '123', 0.7516],
  ['()**(%$##$%#$#', '___)((*":&', 0.0128],
])('agrees with the GrowthBook vector %s %s', (seed, client, share) => {
  expect(bucketOf(seed, client) / bucketCount).toBe(share);
});
