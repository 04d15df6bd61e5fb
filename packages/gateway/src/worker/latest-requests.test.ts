import { expect, test } from 'vitest';
import { pathOf } from './latest-requests.ts';

test.each([
  ['/api/questions/1', '/api/questions/1'],
  ['/api/questions?search=me&token=x', '/api/questions'],
  ['/api/users/ada@example.test/stats', '/api/users/[e-mail]/stats'],
  ['/api/users/ada%2Bx%40example.test', '/api/users/[e-mail]'],
  ['/api/users/ada%2540example.test', '/api/users/[e-mail]'],
  ['/api/stats/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2ln/x', '/api/stats/[token]/x'],
])('%s is kept as %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});
