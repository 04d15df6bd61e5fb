import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSilenceWatch } from './silence-watch.ts';

let silences: number;
let isExcused: boolean;
beforeEach(() => {
  vi.useFakeTimers();
  [silences, isExcused] = [0, false];
});
afterEach(() => void vi.useRealTimers());

const watch = () => createSilenceWatch({ withinMs: 100, isExcused: () => isExcused, onSilence: () => (silences += 1) });

it('runs from the first that is waited for, and anew with each that is heard while there is more', () => {
  const silence = watch();
  silence.begin();
  vi.advanceTimersByTime(60);
  silence.begin();
  vi.advanceTimersByTime(39);
  silence.heard(true);
  vi.advanceTimersByTime(99);
  expect(silences).toBe(0);
  vi.advanceTimersByTime(1);
  expect(silences).toBe(1);
});

it('waits for nothing when everything is heard, nor after its end', () => {
  const silence = watch();
  silence.begin();
  silence.heard(false);
  vi.advanceTimersByTime(1_000);
  silence.begin();
  silence.end();
  vi.advanceTimersByTime(1_000);
  expect(silences).toBe(0);
});

it('gives whoever is excused the whole time again', () => {
  watch().begin();
  isExcused = true;
  vi.advanceTimersByTime(150);
  isExcused = false;
  vi.advanceTimersByTime(49);
  expect(silences).toBe(0);
  vi.advanceTimersByTime(1);
  expect(silences).toBe(1);
});
