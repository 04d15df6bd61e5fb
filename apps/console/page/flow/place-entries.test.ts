import type { TraceEntry } from '@banyan/controller/trace';
import { expect, test } from 'vitest';
import { placeEntries } from './place-entries.ts';

function at(...ms: readonly number[]): TraceEntry[] {
  return ms.map((time) => ({ at: new Date(time).toISOString(), program: 'quiz', kind: 'handled', what: 'answer.submitted', detail: '' }));
}

test('entries stand to scale', () => {
  expect(placeEntries(at(1_000, 1_010, 1_030, 1_040)).map(({ place, afterMs }) => [place, afterMs])).toEqual([
    [0, 0],
    [0.25, 10],
    [0.75, 30],
    [1, 40],
  ]);
  expect(placeEntries(at(5)).map(({ place }) => place)).toEqual([0]);
  expect(placeEntries([])).toEqual([]);
});

test('an idle minute does not press everything else into one point', () => {
  const placed = placeEntries(at(0, 10, 20, 60_020, 60_030));
  expect(placed.map(({ idleMs }) => idleMs)).toEqual([0, 0, 0, 60_000, 0]);
  expect(placed[2]?.place).toBeGreaterThan(0.4);
  expect(placed.at(-1)).toMatchObject({ place: 1, afterMs: 60_030 });
});
