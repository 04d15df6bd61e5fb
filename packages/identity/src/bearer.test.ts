import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBearerToken, readUnverifiedSubject } from './bearer.ts';

test.each([
  ['Bearer abc', 'abc'],
  ['bearer   abc', 'abc'],
  ['BEARER abc def', 'abc'],
  ['Basic abc', undefined],
  ['abc', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j carries %j', (header, token) => {
  expect(readBearerToken(header)).toBe(token);
});

test('the subject is read from the payload alone', () => {
  const payload = Buffer.from('{"sub":42}').toString('base64url');
  expect(readUnverifiedSubject(`x.${payload}.y`)).toBe('42');
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), (text) => void readUnverifiedSubject(text)));
  for (const payload of ['null', '1', '{"sub":{}}', '[]', '{']) {
    expect(readUnverifiedSubject(`x.${Buffer.from(payload).toString('base64url')}.y`)).toBeUndefined();
  }
});
