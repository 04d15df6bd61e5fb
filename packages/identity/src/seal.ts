/** Seals a short text for whoever has the secret: for what must not lie in clear in an event, a queue or a log. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { IdentityError } from './errors.ts';
import { secretToKey } from './secret.ts';

export interface Seal {
  /** Another text each time. `about` is not hidden: what is sealed for one is not opened for another. */
  seal(text: string, about: string): string;
  /** Throws IDENTITY_SEAL_BROKEN for what was changed, sealed by another secret, or about something else. */
  open(sealed: string, about: string): string;
}

const cipher = 'aes-256-gcm';
const keyBytes = 32;
/** NIST SP 800-38D 8.2.2: 96 random bits per text, good for 2^32 texts of one key. */
const nonceBytes = 12;
const tagBytes = 16;

/** Throws IDENTITY_SECRET_MISSING or IDENTITY_SECRET_WEAK. */
export function createSeal(secret: string | undefined): Seal {
  const key = Buffer.from(hkdfSync('sha256', secretToKey(secret), '', 'banyan seal', keyBytes));
  return {
    seal: (text, about) => {
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(about));
      const content = Buffer.concat([encryption.update(text, 'utf8'), encryption.final()]);
      return Buffer.concat([nonce, encryption.getAuthTag(), content]).toString('base64url');
    },
    open: (sealed, about) => {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decryption = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
        decryption.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        return Buffer.concat([decryption.update(bytes.subarray(nonceBytes + tagBytes)), decryption.final()]).toString('utf8');
      } catch (cause) {
        throw new IdentityError('IDENTITY_SEAL_BROKEN', 'A sealed text cannot be opened.', { cause });
      }
    },
  };
}
