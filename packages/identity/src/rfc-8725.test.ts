/** The rules of RFC 8725, JSON Web Token Best Current Practices, by their sections: each with tokens made by hand, which no library would make. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { createServiceTokens } from './service-tokens.ts';
import { createTokens, tokenCharactersMax } from './tokens.ts';

const secret = 'a secret of more than thirty-two bytes';
const at = 1_800_000_000_000;
const second = at / 1000;
const tokens = createTokens({ secret, now: () => at });
const claims = { sub: 7, email: 'ada@example.test', name: 'Ada', isAdmin: true, iat: second, exp: second + 60 };

type Signer = (text: string) => string;
const encode = (part: unknown) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const hmac =
  (hash: string, key: string | Buffer): Signer =>
  (text) =>
    createHmac(hash, key).update(text).digest('base64url');
const byUs = hmac('sha256', secret);

function make(header: unknown, payload: unknown = claims, signer: Signer = byUs): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${signer(text)}`;
}

async function reasonFor(token: string): Promise<string> {
  const verification = await tokens.verify(token);
  return verification.ok ? 'accepted' : verification.reason;
}

test('what is made by hand here is a good token but for what a test changes', async () => {
  expect(await tokens.verify(make({ alg: 'HS256', typ: 'JWT' }))).toEqual({ ok: true, claims });
});

describe('3.1 and 3.2 the verifier chooses the algorithm, never the token', () => {
  test.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    null,
    undefined,
    'HS384',
    'HS512',
    'hs256',
    'RS256',
    'ES256',
    'PS256',
    'EdDSA',
    ['HS256'],
    { a: 1 },
    256,
  ])('alg %j, signed as if it were HS256, and not signed', async (alg) => {
    expect(['algorithm', 'malformed']).toContain(await reasonFor(make({ alg, typ: 'JWT' })));
    expect(['algorithm', 'malformed']).toContain(await reasonFor(make({ alg, typ: 'JWT' }, claims, () => '')));
  });

  test('HS384 and HS512 are refused even with their own right signature', async () => {
    for (const bits of [384, 512])
      expect(await reasonFor(make({ alg: `HS${bits}` }, claims, hmac(`sha${bits}`, secret)))).toBe('algorithm');
  });

  test('an asymmetric signature is refused, and so is a signature with a public key as the secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const rsa: Signer = (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64url');
    expect(await reasonFor(make({ alg: 'RS256' }, claims, rsa))).toBe('algorithm');
    expect(await reasonFor(make({ alg: 'HS256' }, claims, rsa))).toBe('forged');
    expect(await reasonFor(make({ alg: 'HS256' }, claims, hmac('sha256', pem)))).toBe('forged');
  });
});

describe('3.3 every signature is checked, and one bit is enough', () => {
  const good = make({ alg: 'HS256', typ: 'JWT' });
  const [head = '', body = '', signature = ''] = good.split('.');

  test('no signature, that of another secret, of another text, in another form', async () => {
    const others = [hmac('sha256', ''), hmac('sha256', 'fallback-secret'), hmac('sha256', `${secret} `), hmac('sha1', secret), () => 'AA'];
    for (const other of others) expect(await reasonFor(make({ alg: 'HS256' }, claims, other))).toBe('forged');
    expect(await reasonFor(`${head}.${body}.`)).toBe('malformed');
    expect(await reasonFor(`${head}.${encode({ ...claims, sub: 1 })}.${signature}`)).toBe('forged');
    expect(await reasonFor(`${head}.${body}.${Buffer.from(signature, 'base64url').toString('hex')}`)).toBe('forged');
  });

  test('any change of any character', async () => {
    const characters = fc
      .constantFrom(...Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'))
      .map((byte) => String.fromCharCode(byte));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 2), characters, async (place, character) => {
        fc.pre(good[place] !== character);
        // The last character of a part carries bits that mean nothing.
        fc.pre(![head.length - 1, head.length + body.length].includes(place));
        expect(await reasonFor(good.slice(0, place) + character + good.slice(place + 1))).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  test('signatures are compared in constant time: by WebCrypto, in one place', async () => {
    const { readFileSync } = await import('node:fs');
    const source = readFileSync(new URL('./tokens.ts', import.meta.url), 'utf8');
    expect(source).toContain('compactVerify(token, key');
    expect(source).not.toMatch(/createHmac|signature ===/);
  });
});

describe('3.4 inputs are checked before they are used, and limited', () => {
  test.each(['', '.', '..', 'a.b', 'a.b.c.d', 'a.b.c', ' a.b.c', 'é.é.é', 'a=.b=.c=', 'null', '{}', '\0.\0.\0'])(
    '%j is no token',
    async (text) => {
      expect(await reasonFor(text)).toBe('malformed');
    },
  );

  test('a token beyond the limit is refused before anything of it is decoded, one at the limit is not', async () => {
    const padded = (characters: number) => make({ alg: 'HS256' }, { ...claims, pad: 'x'.repeat(characters) });
    const longest = padded(Math.floor(((tokenCharactersMax - padded(0).length) * 3) / 4) - 2);
    expect(longest.length).toBeGreaterThan(tokenCharactersMax - 8);
    expect(longest.length).toBeLessThanOrEqual(tokenCharactersMax);
    expect(await reasonFor(longest)).toBe('accepted');
    expect(await reasonFor(padded(tokenCharactersMax))).toBe('malformed');
    expect(await reasonFor('a.'.repeat(10_000_000))).toBe('malformed');
  });

  test('a header that demands what is not understood is refused', async () => {
    for (const crit of [['b64'], ['exp'], [], 'exp']) expect(await reasonFor(make({ alg: 'HS256', crit, exp: 1 }))).toBe('malformed');
    expect(await reasonFor(make('no JSON'))).toBe('malformed');
    expect(await reasonFor(make([]))).not.toBe('accepted');
  });
});

describe('3.5 secrets have entropy: at least as many bytes as the hash', () => {
  test.each(['changeme', 'fallback-secret', 'x'.repeat(31), 'ä'.repeat(15)])('%j is refused, and not repeated', (weak) => {
    for (const create of [() => createTokens({ secret: weak }), () => createServiceTokens({ service: 'quiz', secret: weak })]) {
      expect(create).toThrowError(expect.objectContaining({ code: expect.stringMatching(/^IDENTITY_SECRET_(MISSING|WEAK)$/) }));
      expect(create).not.toThrowError(new RegExp(weak));
    }
  });
});

test('3.6 nothing is compressed: `zip` changes nothing', async () => {
  expect(await tokens.verify(make({ alg: 'HS256', zip: 'DEF' }))).toEqual({ ok: true, claims });
});

test('3.7 UTF-8 throughout', async () => {
  const odd = { ...claims, name: 'Ådä — 日本 😀' };
  expect(await tokens.verify(make({ alg: 'HS256' }, odd))).toEqual({ ok: true, claims: odd });
  const latin1 = Buffer.from(JSON.stringify(odd), 'latin1').toString('base64url');
  const text = `${encode({ alg: 'HS256' })}.${latin1}`;
  expect(await tokens.verify(`${text}.${byUs(text)}`)).not.toEqual({ ok: true, claims: odd });
});

describe('3.8 and 3.9 issuer and audience', () => {
  const quiz = createServiceTokens({ service: 'quiz', secret, now: () => at });
  const question = createServiceTokens({ service: 'question', secret, now: () => at });
  const own = { iss: 'quiz', aud: 'question', iat: second, exp: second + 60 };
  const header = { alg: 'HS256', typ: 'service+jwt' };

  test('a token of a service is good for the one it names, and says who made it', async () => {
    expect(await question.verify(await quiz.issue('question'))).toEqual({ ok: true, service: 'quiz' });
    expect(await question.verify(make(header, own))).toEqual({ ok: true, service: 'quiz' });
    expect(await quiz.verify(await quiz.issue('question'))).toEqual({ ok: false });
  });

  test.each<[string, object]>([
    ['another audience', { aud: 'auth' }],
    ['no audience', { aud: undefined }],
    ['several audiences', { aud: ['question', 'auth'] }],
    ['an audience in another case', { aud: 'Question' }],
    ['no issuer', { iss: undefined }],
    ['an empty issuer', { iss: '' }],
    ['several issuers', { iss: ['quiz'] }],
    ['no end', { exp: undefined }],
    ['an end that is past', { exp: second }],
    ['a beginning that is to come', { nbf: second + 1 }],
  ])('%s', async (_what, change) => {
    expect(await question.verify(make(header, { ...own, ...change }))).toEqual({ ok: false });
  });

  test('tokens of users name neither, because they are the monolith’s, byte for byte', async () => {
    const { exp: _exp, ...user } = { sub: 7, email: 'ada@example.test', name: 'Ada', isAdmin: true, exp: 0 };
    const theirs = jsonwebtoken.sign({ ...user, iat: second }, secret, { algorithm: 'HS256', expiresIn: '7d' });
    expect(await tokens.issue(user)).toBe(theirs);
  });
});

test('3.10 claims are not trusted before the signature is: no key is looked up or fetched because a token says so', async () => {
  let fetched = 0;
  const server = createServer((_request, response) => void response.end(String((fetched += 1))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const ours = Buffer.from('a key that whoever forges the token chose');
  const jwk = { kty: 'oct', k: ours.toString('base64url'), alg: 'HS256' };
  for (const named of [
    { jku: url },
    { x5u: url },
    { jwk },
    { kid: '../../../dev/null' },
    { kid: "' or 1=1 --" },
    { x5c: [ours.toString('base64')] },
  ])
    expect(await reasonFor(make({ alg: 'HS256', ...named }, claims, hmac('sha256', ours)))).toBe('forged');
  server.close();
  expect(fetched).toBe(0);
});

describe('3.11 and 3.12 kinds of tokens are told apart, even under one secret', () => {
  const question = createServiceTokens({ service: 'question', secret, now: () => at });
  const quiz = createServiceTokens({ service: 'quiz', secret, now: () => at });

  test('the token of a service is none of a user, and the other way round', async () => {
    expect(await reasonFor(await quiz.issue('question'))).toBe('kind');
    expect(await question.verify(await tokens.issue(claims))).toEqual({ ok: false });
    const disguised = { ...claims, iss: 'quiz', aud: 'question' };
    expect(await question.verify(make({ alg: 'HS256', typ: 'JWT' }, disguised))).toEqual({ ok: false });
    expect(await question.verify(make({ alg: 'HS256' }, disguised))).toEqual({ ok: false });
  });

  test.each(['at+jwt', 'service+jwt', 'JWE', '', 'application/jwt'])('typ %j is none of a user', async (typ) => {
    expect(await reasonFor(make({ alg: 'HS256', typ }))).toBe('kind');
  });

  test('typ may be left out, as the monolith lets it be, and its case does not count', async () => {
    for (const header of [{ alg: 'HS256' }, { alg: 'HS256', typ: 'jwt' }]) expect(await reasonFor(make(header))).toBe('accepted');
  });
});
