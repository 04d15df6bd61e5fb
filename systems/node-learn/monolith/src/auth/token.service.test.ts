import type { Request } from 'express';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../environment.ts';
import type { User } from '../users/user.entity.ts';
import { TokenService, payloadToUser } from './token.service.ts';

const secret = 'a-secret-of-more-than-thirty-two-bytes';
const ada = { id: 7, email: 'ada@example.test', name: 'Ada Vale', isAdmin: false } as User;

function tokens(jwtSecret: string | undefined = secret): TokenService {
  return new TokenService({ jwtSecret } as Environment);
}

function request(authorization?: string): Request {
  return { headers: { authorization } } as Request;
}

describe('tokens', () => {
  it('say who the user is and hold for seven days', () => {
    const payload = jsonwebtoken.decode(tokens().issue(ada), { json: true });
    expect(payload).toMatchObject({ sub: 7, email: 'ada@example.test', name: 'Ada Vale', isAdmin: false });
    expect(payload?.exp).toBe((payload?.iat ?? 0) + 604_800);
  });

  it('are read from the bearer header, whatever the case of the scheme', () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect(tokens().verify(request(`${scheme} ${tokens().issue(ada)}`))).toMatchObject({ sub: 7 });
    }
  });

  it.each([
    ['no header', undefined],
    ['another scheme', `Basic ${tokens().issue(ada)}`],
    ['a malformed token', 'Bearer abc'],
    ['another secret', `Bearer ${jsonwebtoken.sign({ sub: 7, email: 'a@b' }, 'other')}`],
    ['an expired token', `Bearer ${jsonwebtoken.sign({ sub: 7, email: 'a@b' }, secret, { expiresIn: -1 })}`],
    ['another algorithm', `Bearer ${jsonwebtoken.sign({ sub: 7, email: 'a@b' }, secret, { algorithm: 'HS512' })}`],
    ['no signature', `Bearer ${jsonwebtoken.sign({ sub: 7, email: 'a@b' }, null, { algorithm: 'none' })}`],
  ])('are refused with %s', (_, header) => {
    expect(() => tokens().verify(request(header))).toThrow(/auth token|jwt|invalid/);
  });

  it('cannot be issued without a secret, yet those signed with the fallback are accepted', () => {
    const withoutSecret = new TokenService({ jwtSecret: undefined } as Environment);
    expect(() => withoutSecret.issue(ada)).toThrow('secretOrPrivateKey must have a value');
    const forged = jsonwebtoken.sign({ sub: 1, email: 'a@b', isAdmin: true }, 'fallback-secret');
    expect(withoutSecret.verify(request(`Bearer ${forged}`))).toMatchObject({ sub: 1, isAdmin: true });
  });

  it('name nobody without a subject or an email', () => {
    expect(payloadToUser({ email: 'a@b' })).toBeUndefined();
    expect(payloadToUser({ sub: 0, email: 'a@b' })).toBeUndefined();
    expect(payloadToUser({ sub: 7 })).toBeUndefined();
    expect(payloadToUser({ sub: 7, email: 'a@b' })).toEqual({ id: 7, email: 'a@b', name: undefined, isAdmin: undefined });
  });
});
