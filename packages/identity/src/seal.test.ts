import { expect, test } from 'vitest';
import { createSeal } from './seal.ts';

const secret = 'a secret of more than thirty-two bytes';
const own = createSeal(secret);
const seal = (text: string, about: string) => own.seal(text, about);
const open = (text: string, about: string) => own.open(text, about);
const broken = expect.objectContaining({ code: 'IDENTITY_SEAL_BROKEN' }) as Error;

test('what is sealed is opened again, looks otherwise each time, and shows nothing', () => {
  const [one, other] = [seal('a token – 東京', 'ada'), seal('a token – 東京', 'ada')];
  expect([open(one, 'ada'), open(other, 'ada')]).toEqual(['a token – 東京', 'a token – 東京']);
  expect(one).not.toBe(other);
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('a token');
  expect(open(seal('', ''), '')).toBe('');
});

test('for another, by another secret, changed anywhere, or cut short it is not opened', () => {
  const sealed = seal('a token', 'ada');
  const bytes = Buffer.from(sealed, 'base64url');
  const changed = Array.from(bytes, (_, at) =>
    Buffer.from(bytes.map((byte, other) => (other === at ? byte ^ 1 : byte))).toString('base64url'),
  );
  expect(() => open(sealed, 'ben')).toThrowError(broken);
  expect(() => createSeal(`${secret} and another`).open(sealed, 'ada')).toThrowError(broken);
  for (const text of [...changed, sealed.slice(0, -4), sealed.slice(0, 8), '']) expect(() => open(text, 'ada')).toThrowError(broken);
});

test('a secret that could be guessed seals nothing', () => {
  expect(() => createSeal('short')).toThrowError(expect.objectContaining({ code: 'IDENTITY_SECRET_WEAK' }) as Error);
});
