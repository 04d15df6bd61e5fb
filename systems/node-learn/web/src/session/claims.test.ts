import { expect, test } from 'vitest';
import { userOfToken } from './claims.ts';

const tokenOf = (claims: object) => {
  const bytes = String.fromCodePoint(...new TextEncoder().encode(JSON.stringify(claims)));
  return `h.${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.s`;
};

test('a token says who somebody is and until when, in any alphabet', () => {
  const token = tokenOf({ sub: 7, email: 'z@example.test', name: 'Żółw ÿ?>', isAdmin: true, exp: 100 });
  expect(userOfToken(token)).toEqual({ id: 7, email: 'z@example.test', name: 'Żółw ÿ?>', isAdmin: true, until: 100_000 });
});

test('without a name the address stands for it, and nobody is an administrator by omission', () => {
  expect(userOfToken(tokenOf({ sub: 7, email: 'z@example.test', exp: 1 }))).toMatchObject({ name: 'z@example.test', isAdmin: false });
});

test.each([
  '',
  'a.b.c',
  tokenOf({ sub: 7, exp: 1 }),
  tokenOf({ email: 'z@example.test', exp: 1 }),
  tokenOf({ sub: 7, email: 'z@example.test' }),
])('%s is nobody', (token) => expect(userOfToken(token)).toBeUndefined());
