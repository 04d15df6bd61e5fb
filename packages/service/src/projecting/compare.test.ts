import { expect, test } from 'vitest';
import { compareWithOwner } from './compare.ts';
import type { SnapshotEntry } from '../snapshot.ts';
import type { ReadPage } from './pages.ts';

/** Pages of two, in the order of keys, of what is there when they are read. */
function sideOf(read: () => Readonly<Record<string, readonly [sequence: number, data: unknown]>>): ReadPage {
  return (after) => {
    const rows = read();
    const keys = Object.keys(rows)
      .filter((key) => key > after)
      .sort();
    const entries = keys.slice(0, 2).map((key): SnapshotEntry => ({ key, sequence: String(rows[key]![0]), data: rows[key]![1] }));
    return Promise.resolve({ entries, ...(keys.length > 2 ? { next: entries.at(-1)!.key } : {}) });
  };
}

const five = { a: [1, 'a'], b: [1, 'b'], c: [1, 'c'], d: [1, 'd'], e: [1, 'e'] } as const;

test('equal sides have no differences, over several pages', async () => {
  const side = sideOf(() => five);
  expect(await compareWithOwner({ owner: side, copy: side })).toEqual({ checked: 5, differing: 0, behind: 0, samples: [] });
});

test('keys that never stand still at once are judged each at a moment when both sides are at the same event', async () => {
  let looks = 0;
  // In every look one of the two is behind.
  const copy = sideOf(() => {
    looks += 1;
    return looks % 2 === 0 ? { ...five, a: [0, 'before'] } : { ...five, e: [0, 'before'] };
  });
  expect(await compareWithOwner({ owner: sideOf(() => five), copy })).toMatchObject({ checked: 5, differing: 0 });
});

test('a key that differs at the same event differs at once; one that stays behind, or is on one side only, after its time', async () => {
  const owner = sideOf(() => five);
  const { d: _missing, ...rest } = five;
  const copy = sideOf(() => ({ ...rest, b: [1, 'other'], e: [0, 'before'], f: [1, 'gone'] }));
  const { samples, ...counts } = await compareWithOwner({ owner, copy }, { withinMs: 300 });
  expect(counts).toEqual({ checked: 5, differing: 4, behind: 3 });
  expect(samples.map(({ key }) => key)).toEqual(['b', 'd', 'e', 'f']);
  const began = performance.now();
  expect(await compareWithOwner({ owner, copy: sideOf(() => ({ ...five, b: [1, 'other'] })) })).toMatchObject({ differing: 1, behind: 0 });
  expect(performance.now() - began).toBeLessThan(5_000);
});

/** One key, at the next event at every look. */
function runningSide(first: number, dataOf: (sequence: number) => string): ReadPage {
  let sequence = first;
  return () => {
    sequence += 1;
    return Promise.resolve({ entries: [{ key: 'hot', sequence: String(sequence), data: { at: dataOf(sequence) } }] });
  };
}

test('a key whose copy is always some events behind is judged by what each side had at the same event', async () => {
  const owner = () => runningSide(3, String);
  expect(await compareWithOwner({ owner: owner(), copy: runningSide(0, String) })).toEqual({
    checked: 1,
    differing: 0,
    behind: 0,
    samples: [],
  });
  const wrong = await compareWithOwner({ owner: owner(), copy: runningSide(0, (at) => (at === 4 ? 'another' : String(at))) });
  expect(wrong).toMatchObject({ differing: 1, behind: 0, samples: [{ key: 'hot', what: 'at event 4 these fields differ: at' }] });
});

test('an event that changes nothing makes no difference while it is on its way', async () => {
  const ahead = sideOf(() => ({ ...five, b: [2, 'b'] }));
  expect(await compareWithOwner({ owner: ahead, copy: sideOf(() => five) })).toMatchObject({ differing: 0, behind: 0 });
});

test('a key that both sides lose while it is looked at is no difference', async () => {
  let reads = 0;
  const { b: _lost, ...rest } = five;
  const owner = sideOf(() => {
    reads += 1;
    return reads < 5 ? five : rest;
  });
  expect(await compareWithOwner({ owner, copy: sideOf(() => rest) })).toMatchObject({ differing: 0, behind: 0 });
});
