/** The secret behind HS256 tokens: at least 32 bytes, or nothing starts. */
import { IdentityError } from './errors.ts';

/** RFC 7518 3.2: a key of at least the size of the hash. */
export const secretBytesMin = 32;

/** The secret as bytes. Throws IDENTITY_SECRET_MISSING or IDENTITY_SECRET_WEAK; there is no default secret. */
export function secretToKey(secret: string | undefined): Uint8Array {
  if (secret === undefined || secret === '') throw new IdentityError('IDENTITY_SECRET_MISSING', 'No token secret is given.');
  const key = new TextEncoder().encode(secret);
  if (key.length < secretBytesMin) {
    throw new IdentityError('IDENTITY_SECRET_WEAK', `The token secret has ${key.length} bytes; at least ${secretBytesMin} are needed.`);
  }
  return key;
}
