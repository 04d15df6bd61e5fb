import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';

function breakerAt(time: { ms: number }, outcomes: string): { breaker: Breaker; last: string | undefined } {
  const breaker = new Breaker(() => time.ms);
  const noted = outcomes.split('').map((outcome) => breaker.note(outcome === '+'));
  return { breaker, last: noted.at(-1) };
}

test.each([
  ['ten of the last twenty', '+'.repeat(15) + '-'.repeat(10), 'opened'],
  ['nine of them', '+'.repeat(15) + '-'.repeat(9), undefined],
  ['nineteen, and no more calls', '-'.repeat(19), undefined],
  ['ten that are long ago', '-'.repeat(9) + '+'.repeat(30), undefined],
])('failed are %s', (_name, outcomes, expected) => {
  const { breaker, last } = breakerAt({ ms: 0 }, outcomes);
  expect(last).toBe(expected);
  expect(breaker.lets()).toBe(expected === undefined);
});

test('after a rest one tries; when it fails the rest begins again, when it goes well everybody may', () => {
  const time = { ms: 0 };
  const { breaker } = breakerAt(time, '-'.repeat(20));
  time.ms = 4_999;
  expect(breaker.lets()).toBe(false);
  expect(breaker.note(true)).toBeUndefined();
  time.ms = 5_000;
  expect([breaker.lets(), breaker.lets()]).toEqual([true, false]);
  expect(breaker.note(false)).toBeUndefined();
  time.ms = 9_999;
  expect(breaker.lets()).toBe(false);
  time.ms = 10_000;
  expect(breaker.lets()).toBe(true);
  expect(breaker.note(true)).toBe('closed');
  expect([breaker.lets(), breaker.note(false), breaker.lets()]).toEqual([true, undefined, true]);
});
