import { expect, test } from 'vitest';
import { createServiceTokens } from './service-tokens.ts';
import { createTokens } from './tokens.ts';

const secret = 'a secret that only the services share';
let now = 1_700_000_000_000;
const quiz = createServiceTokens({ service: 'quiz', secret, now: () => now });
const question = createServiceTokens({ service: 'question', secret, now: () => now });

test('who asks is known to the service that is asked, and to no other', async () => {
  const token = await quiz.issue('question');
  expect(await question.verify(token)).toEqual({ ok: true, service: 'quiz' });
  expect(await quiz.verify(token)).toEqual({ ok: false });
  expect(await question.verifyBearer(`Bearer ${token}`)).toEqual({ ok: true, service: 'quiz' });
  for (const header of [undefined, '', token, 'Bearer x']) expect(await question.verifyBearer(header)).toEqual({ ok: false });
});

test('a token is good for a minute', async () => {
  const token = await quiz.issue('question');
  now += 59_000;
  expect(await question.verify(token)).toEqual({ ok: true, service: 'quiz' });
  now += 1_000;
  expect(await question.verify(token)).toEqual({ ok: false });
});

test('one token does for many questions, and is good for half a minute when it is given the last time', async () => {
  const token = await quiz.issue('question');
  now += 29_999;
  expect(await quiz.issue('question')).toBe(token);
  expect(await quiz.issue('auth')).not.toBe(token);
  now += 1;
  expect(await quiz.issue('question')).not.toBe(token);
  now += 29_999;
  expect(await question.verify(token)).toEqual({ ok: true, service: 'quiz' });
});

test.each([
  ['nothing', async () => ''],
  ['another secret', () => createServiceTokens({ service: 'quiz', secret: 'x'.repeat(32) }).issue('question')],
  ['the token of a user', () => createTokens({ secret }).issue({ sub: 1, email: 'a@example.test', name: 'A', isAdmin: true })],
  ['a token without an end', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
])('%s opens nothing', async (_what, token) => {
  expect(await createServiceTokens({ service: 'question', secret }).verify(await token())).toEqual({ ok: false });
});

test('a secret that could be guessed is refused', () => {
  expect(() => createServiceTokens({ service: 'quiz', secret: 'short' })).toThrowError(
    expect.objectContaining({ code: 'IDENTITY_SECRET_WEAK' }),
  );
});
