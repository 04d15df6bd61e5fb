import { expect, test } from 'vitest';
import { matchPath } from './match-path.ts';

test.each([
  ['/', '/', {}],
  ['/quiz', '/quiz/', {}],
  ['/quiz/:mode', '/quiz/3', { mode: '3' }],
  ['/quiz/:mode', '/quiz', undefined],
  ['/quiz', '/boards', undefined],
  ['/questions/:id', '/questions/a%20b', { id: 'a b' }],
  ['/questions/:id', '/questions/50%', { id: '50%' }],
])('%s and %s', (pattern, path, params) => expect(matchPath(pattern, path)).toEqual(params));
