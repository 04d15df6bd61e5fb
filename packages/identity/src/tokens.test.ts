import { createHmac } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokens } from './tokens.ts';

const secret = 'a secret of more than thirty-two bytes';
const at = 1_800_000_000_000;
const tokens = createTokens({ secret, now: () => at });
const ada = { sub: 7, email: 'ada@example.test', name: 'Ada Lindqvist', isAdmin: false };

/** A token made by hand: any header, any payload, any key. */
function forge(header: unknown, payload: unknown, key = secret): string {
  const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${parts}.${createHmac('sha256', key).update(parts).digest('base64url')}`;
}

const header = { alg: 'HS256', typ: 'JWT' };
const second = at / 1000;

describe('beside jsonwebtoken, which the monolith uses', () => {
  const sign = (claims: object) => jsonwebtoken.sign({ ...claims, iat: second }, secret, { algorithm: 'HS256', expiresIn: '7d' });

  test('an issued token is the same, byte for byte', async () => {
    expect(await tokens.issue(ada)).toBe(sign(ada));
  });

  test('each side accepts the tokens of the other', async () => {
    const claims = { ...ada, iat: second, exp: second + 604_800 };
    expect(jsonwebtoken.verify(await tokens.issue(ada), secret, { algorithms: ['HS256'], clockTimestamp: second })).toEqual(claims);
    expect(await tokens.verify(sign(ada))).toEqual({ ok: true, claims });
  });

  test('both agree about times and shapes of every kind', async () => {
    const times = fc.option(fc.oneof(fc.integer({ min: second - 2, max: second + 2 }), fc.string(), fc.constant(null)), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(times, times, times, fc.boolean(), async (exp, nbf, iat, spoil) => {
        const token = forge(header, { ...ada, exp, nbf, iat }) + (spoil ? 'x' : '');
        expect((await tokens.verify(token)).ok).toBe(isAcceptedByMonolith(token));
      }),
      { numRuns: 300 },
    );
  });

  function isAcceptedByMonolith(token: string): boolean {
    try {
      jsonwebtoken.verify(token, secret, { algorithms: ['HS256'], clockTimestamp: second });
      return true;
    } catch {
      return false;
    }
  }
});

test.each([
  ['malformed', ''],
  ['malformed', 'a.b'],
  ['malformed', 'a.b.c'],
  ['malformed', `${forge(header, ada).slice(0, -2)}==`],
  ['malformed', forge(header, null)],
  ['malformed', forge(header, { ...ada, exp: 'later' })],
  ['algorithm', forge({ alg: 'none' }, ada)],
  ['algorithm', forge({ alg: 'HS512', typ: 'JWT' }, ada)],
  ['algorithm', forge({ alg: 'RS256', typ: 'JWT' }, ada)],
  ['forged', forge(header, ada, 'another secret of thirty-two bytes!!')],
  ['expired', forge(header, { ...ada, exp: second })],
  ['early', forge(header, { ...ada, nbf: second + 1 })],
])('%s: refused without an exception', async (reason, token) => {
  expect(await tokens.verify(token)).toEqual({ ok: false, reason });
});

test('the word that some programs fall back to opens nothing', async () => {
  expect(await tokens.verify(forge(header, { ...ada, isAdmin: true }, 'fallback-secret'))).toEqual({ ok: false, reason: 'forged' });
});

test('a signed text without claims verifies and claims nothing', async () => {
  expect(await tokens.verify(forge(header, 'just text'))).toEqual({ ok: true, claims: {} });
});

test.each([
  [undefined, 'IDENTITY_SECRET_MISSING'],
  ['', 'IDENTITY_SECRET_MISSING'],
  ['fallback-secret', 'IDENTITY_SECRET_WEAK'],
  ['thirty-one bytes are not enough', 'IDENTITY_SECRET_WEAK'],
])('the secret %j is refused at start', (weak, code) => {
  expect(() => createTokens({ secret: weak })).toThrowError(expect.objectContaining({ code, fix: expect.stringContaining('openssl') }));
});

test('a refused secret is not repeated in the message', () => {
  expect(() => createTokens({ secret: 'fallback-secret' })).not.toThrowError(/fallback/);
});

test('a token that was good once is remembered with what it said, and its times are looked at all the same', async () => {
  let now = at;
  const remembering = createTokens({ secret, lifetimeSeconds: 60, now: () => now });
  const token = await remembering.issue(ada);
  const first = await remembering.verify(token);
  if (first.ok) Object.assign(first.claims, { isAdmin: true });
  expect(await remembering.verify(token)).toMatchObject({ ok: true, claims: { sub: 7, isAdmin: false } });
  now += 60_000;
  expect(await remembering.verify(token)).toEqual({ ok: false, reason: 'expired' });
});

test('longer HMACs are accepted where it is said, under the same secret; what is issued stays HS256', async () => {
  const lenient = createTokens({ secret, accepts: ['HS256', 'HS384', 'HS512'], now: () => at });
  for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
    const token = jsonwebtoken.sign({ sub: 'seven', iat: second }, secret, { algorithm });
    expect(await lenient.verify(token)).toEqual({ ok: true, claims: { sub: 'seven', iat: second } });
    expect((await tokens.verify(token)).ok).toBe(algorithm === 'HS256');
  }
  expect(await lenient.verify(jsonwebtoken.sign({}, `${secret}x`, { algorithm: 'HS512' }))).toEqual({ ok: false, reason: 'forged' });
  expect(await lenient.sign({ sub: 'seven' })).toBe(await tokens.sign({ sub: 'seven' }));
});
