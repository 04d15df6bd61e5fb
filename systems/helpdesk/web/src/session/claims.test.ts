import { expect, test } from 'vitest';
import { userOfToken } from './claims.ts';

const tokenOf = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.s`;

test('a token says who somebody is', () => {
  const claims = { sub: 'an-id', email: 'a@example.test', role: 'ADMIN', iat: 1, exp: 2 };
  expect(userOfToken(tokenOf(claims))).toEqual({ id: 'an-id', email: 'a@example.test', role: 'ADMIN' });
});

test.each([undefined, 'USER', 7])('nobody is an administrator by the role %s', (role) => {
  expect(userOfToken(tokenOf({ sub: 'an-id', email: 'a@example.test', role }))).toMatchObject({ role: 'AGENT' });
});

test.each(['', 'a.b.c', tokenOf({ sub: 7, email: 'a@example.test' }), tokenOf({ sub: 'an-id' })])('%s is nobody', (token) =>
  expect(userOfToken(token)).toBeUndefined(),
);
