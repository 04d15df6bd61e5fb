import { assert, maxSafeNat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { idSchema, idToText, textToId } from './ids.ts';

test('an id keeps its value on the way into an event and back, whatever type its column is read as', () => {
  assert(
    property(maxSafeNat(), (id) => {
      const text = idToText(id);
      expect(idSchema().parse(text)).toBe(text);
      expect(textToId(text)).toBe(id);
      expect([idToText(String(id)), idToText(BigInt(id))]).toEqual([text, text]);
    }),
  );
});

test.each(['', ' 1', '1 ', '+1', '-1', '-0', '1.5', '1e3', '0x1', 'abc', 'NaN', '9007199254740992', '9223372036854775807'])(
  '%j is no id',
  (text) => {
    expect(() => textToId(text)).toThrowError(RangeError);
    expect(() => idToText(text)).toThrowError(JSON.stringify(text));
  },
);

test('one row has one text: leading zeros would make it another partition key', () => {
  expect(() => textToId('042')).toThrowError('"042"');
  expect([-1, 1.5, Number.NaN, 2 ** 53, -1n].map((id) => attempt(() => idToText(id)))).toEqual(Array(5).fill('refused'));
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return 'refused';
  }
}
