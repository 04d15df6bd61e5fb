import { expect, it } from 'vitest';
import { Pins, type PinsLink } from './pins.ts';

it('a client that writes again stays pinned although the end of its earlier pin arrives meanwhile', async () => {
  const answer = Promise.withResolvers<void>();
  const link: PinsLink = { pin: () => answer.promise, written: () => {}, barrier: () => Promise.resolve(true) };
  const pins = new Pins(link);
  pins.add('auth', 'u:2');
  const pinned = pins.pin(['auth'], 'u:2');
  pins.remove('auth', ['u:2']); // told before the primary heard of the new write
  answer.resolve();
  await pinned;
  expect(pins.has('auth', 'u:2')).toBe(true);
});

it('a write that was under way at the time and has ended since was no quiet', () => {
  const pins = new Pins({ pin: () => Promise.resolve(), written: () => {}, barrier: () => Promise.resolve(true) });
  pins.add('quiz', 'ada');
  const between = performance.now();
  pins.remove('quiz', ['ada']);
  expect(pins.quietSince('quiz', between)).toBe(false);
  expect(pins.quietSince('quiz', performance.now() + 1)).toBe(true);
  expect(pins.quietSince('auth', between)).toBe(true);
});
