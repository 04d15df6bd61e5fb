/** What can go wrong, each with a stable code and what to do about it; that a token is not good is no error. */

export interface IdentityFault {
  readonly summary: string;
  readonly fix: string;
}

export const identityFaults = {
  IDENTITY_SECRET_MISSING: {
    summary: 'There is no secret to sign and verify tokens with.',
    fix: 'Set the secret to the one that the other side of the system uses, or make one: openssl rand -base64 48',
  },
  IDENTITY_SECRET_WEAK: {
    summary: 'The secret is shorter than 32 bytes, so that its tokens could be forged by guessing.',
    fix: 'Make a longer one with `openssl rand -base64 48` and give it to every program that shares tokens',
  },
  IDENTITY_SEAL_BROKEN: {
    summary: 'A sealed text was changed on its way, sealed with another secret, or for something else.',
    fix: 'Give the program that seals and the one that opens the same secret; what was sealed with another one stays closed',
  },
} as const satisfies Record<string, IdentityFault>;

export type IdentityErrorCode = keyof typeof identityFaults;

/** A refusal: `code` never changes, `message` says what was seen (never a secret), `fix` says what to do. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  readonly fix: string;

  constructor(code: IdentityErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'IdentityError';
    this.code = code;
    this.fix = identityFaults[code].fix;
  }
}
