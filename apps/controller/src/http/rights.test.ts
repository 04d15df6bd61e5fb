import { expect, test } from 'vitest';
import { checkRights } from './rights.ts';

const tokens = { token: 'the-operator-s-token', lookToken: 'the-console-s-token', reachedToken: 'the-gateway-s-token' };
const state = ['GET', '/v1/state'] as const;
const personal = ['GET', '/v1/dead-letters?id=1&showPersonal=true'] as const;
const reached = ['GET', '/v1/reached?extraction=quiz'] as const;
const advance = ['POST', '/v1/extractions/quiz/advance'] as const;

function outcome(
  token: string | undefined,
  [method, target]: readonly [string, string],
  known: Parameters<typeof checkRights>[0] = tokens,
): string {
  const { pathname: path, searchParams: query } = new URL(target, 'http://controller');
  try {
    checkRights(known, token === undefined ? undefined : `Bearer ${token}`, { method, path, query });
    return 'allowed';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

test.each([
  [tokens.token, ['allowed', 'allowed', 'allowed', 'allowed']],
  [tokens.lookToken, ['allowed', 'CONTROLLER_NOT_ALLOWED', 'allowed', 'CONTROLLER_NOT_ALLOWED']],
  [tokens.reachedToken, ['CONTROLLER_NOT_ALLOWED', 'CONTROLLER_NOT_ALLOWED', 'allowed', 'CONTROLLER_NOT_ALLOWED']],
  ['another', ['CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN']],
  ['', ['CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN']],
  [undefined, ['CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN', 'CONTROLLER_TOKEN']],
])('%s may do what is its own', (token, expected) => {
  expect([state, personal, reached, advance].map((asked) => outcome(token, asked))).toEqual(expected);
});

test('a token that is not configured opens nothing', () => {
  for (const token of ['undefined', '']) expect(outcome(token, reached, { token: tokens.token })).toBe('CONTROLLER_TOKEN');
});
