import { expect, test } from 'vitest';
import { claimsOfToken } from './token-claims.ts';

const tokenOf = (body: string) => {
  const bytes = String.fromCodePoint(...new TextEncoder().encode(body));
  return `h.${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.s`;
};

test('claims are read in any alphabet', () => {
  const claims = { sub: 7, name: 'Żółw ÿ?>' };
  expect(claimsOfToken(tokenOf(JSON.stringify(claims)))).toEqual(claims);
});

test.each(['', 'a.b.c', 'abc', tokenOf('7'), tokenOf('null')])('%s says nothing', (token) => expect(claimsOfToken(token)).toBeUndefined());
