import { createMailStandIn, createRandom } from '@banyan/proof';
import { expect, test } from 'vitest';
import { loadFactor, mixes } from './mix.ts';
import { createHelpdeskProfile } from './profile.ts';

function actionsOf(seed: number) {
  const mail = createMailStandIn('http://127.0.0.1:1');
  const profile = createHelpdeskProfile({ mail, mix: mixes.demo, seed, run: 'r' });
  const random = createRandom(seed);
  return Array.from({ length: 5000 }, () => profile.next(random));
}

const namesOf = (seed: number) => actionsOf(seed).map(({ name }) => name);

test('a seed gives the same actions in the same order, another seed gives others', () => {
  expect(namesOf(1)).toEqual(namesOf(1));
  expect(namesOf(1)).not.toEqual(namesOf(2));
});

test('everybody comes in the proportion of the mix', () => {
  const names = namesOf(5);
  const share = (pattern: RegExp) => names.filter((name) => pattern.test(name)).length / names.length;
  const total = Object.values(mixes.demo.actions).reduce((sum, weight) => sum + weight, 0);
  expect(share(/: \/tickets/)).toBeCloseTo(mixes.demo.actions.list / total, 1);
  expect(share(/ inbox$/)).toBeCloseTo(mixes.demo.actions.inbox / total, 1);
  expect(share(/: moves ticket/)).toBeCloseTo(mixes.demo.actions.move / total, 1);
  expect(share(/signs up$/)).toBeGreaterThan(0.002);
  expect(share(/showAll=true/) / share(/^administrator .*: \/tickets/)).toBeCloseTo(1 / 3, 0);
});

test('a morning has three times as much, in the believable mix alone', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => loadFactor(mixes.demo, hour * 2000));
  expect(hours.filter((factor) => factor === 3)).toHaveLength(2);
  expect(loadFactor(mixes.proof, 2000)).toBe(1);
});
