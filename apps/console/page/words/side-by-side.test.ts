import { expect, test } from 'vitest';
import { sideBySide } from './side-by-side.ts';

test('fields of two JSON answers stand beside each other, those that differ are marked', () => {
  const rows = sideBySide('{"id":7,"tags":["a","b"],"none":{}}', '{"id":7,"tags":["a"],"late":null,"none":{}}');
  expect(rows).toEqual({
    kind: 'fields',
    rows: [
      { path: 'id', owner: '7', candidate: '7', differs: false },
      { path: 'tags[0]', owner: '"a"', candidate: '"a"', differs: false },
      { path: 'tags[1]', owner: '"b"', candidate: undefined, differs: true },
      { path: 'none', owner: '{}', candidate: '{}', differs: false },
      { path: 'late', owner: undefined, candidate: 'null', differs: true },
    ],
  });
});

test.each([
  ['200', '500', ['', '2', '00'], ['', '5', '00']],
  ['"quiz 1"', '"quiz 11"', ['"quiz 1', '', '"'], ['"quiz 1', '1', '"']],
  ['{"cut": "off...', '{"cut": "on...', ['{"cut": "o', 'ff', '...'], ['{"cut": "o', 'n', '...']],
])('of the texts %j and %j only the middle is marked', (owner, candidate, left, right) => {
  const toMarked = ([before, marked, after]: readonly string[]) => ({ before, marked, after });
  expect(sideBySide(owner, candidate)).toEqual({ kind: 'texts', owner: toMarked(left), candidate: toMarked(right) });
});
