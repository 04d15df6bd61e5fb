import { createGoogleStandIn, createRandom } from '@banyan/proof';
import { expect, test } from 'vitest';
import { mixes } from './mix.ts';
import { createNodeLearnProfile } from './profile.ts';

function namesOf(seed: number): string[] {
  const google = createGoogleStandIn('http://127.0.0.1:1');
  const profile = createNodeLearnProfile({ google, mix: mixes.demo, seed, run: 'r' });
  const random = createRandom(seed);
  return Array.from({ length: 3000 }, () => profile.next(random).name);
}

test('a seed gives the same actions in the same order, another seed gives others', () => {
  expect(namesOf(1)).toEqual(namesOf(1));
  expect(namesOf(1)).not.toEqual(namesOf(2));
});

test('everybody comes in the proportion of the mix', () => {
  const names = namesOf(5).filter((name) => !name.includes('mode 9'));
  const share = (pattern: RegExp) => names.filter((name) => pattern.test(name)).length / names.length;
  expect(share(/answers/)).toBeGreaterThan(0.2);
  expect(share(/^sign-in/)).toBeGreaterThan(0.002);
  expect(share(/^nuisance/)).toBeGreaterThan(0.005);
  expect(share(/guest answers/) / share(/answers/)).toBeCloseTo(0.3, 1);
  expect(share(/ right in/) / share(/answers/)).toBeCloseTo(0.65, 1);
});
