/** What can be wrong with a NestJS service, with a stable code and what to do about it. */

export interface NestFault {
  readonly summary: string;
  readonly fix: string;
}

export const nestFaults = {
  NEST_PORT_TAKEN: {
    summary: 'The port for clients is used by another program.',
    fix: 'Find it with `ss -ltnp`, stop it, or set PORT to a free one',
  },
} as const satisfies Record<string, NestFault>;

export type NestErrorCode = keyof typeof nestFaults;

/** A NestJS service that cannot run: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class NestError extends Error {
  readonly code: NestErrorCode;
  readonly fix: string;

  constructor(code: NestErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NestError';
    this.code = code;
    this.fix = nestFaults[code].fix;
  }
}
