import { expect, test } from 'vitest';
import { createSignInState, isSignInState } from './sign-in-state.ts';

test('only the state of the same browser counts, and no text is a fault', () => {
  const { state, cookie } = createSignInState('https://learn.example.test/api/auth/google/callback');
  const header = cookie.split(';')[0];
  expect(isSignInState(header, state)).toBe(true);
  expect(isSignInState(`a=b; ${header}`, state)).toBe(true);
  const others = [
    '',
    state.slice(1),
    `${state}x`,
    'é'.repeat(state.length),
    [state],
    undefined,
    createSignInState('http://a.test/b').state,
  ];
  for (const other of others) expect(isSignInState(header, other)).toBe(false);
  expect(isSignInState(undefined, state)).toBe(false);
});
