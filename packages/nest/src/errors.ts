/** What can be wrong with a NestJS service, with a stable code and what to do about it. */

export interface NestFault {
  readonly summary: string;
  readonly fix: string;
}

export const nestFaults = {
  NEST_HANDLER_UNDECLARED: {
    summary: 'The service has a handler that no contract is for, so nobody has said who may call it.',
    fix: 'Declare it with endpoint() of @banyan/contract, with its caller, and list it in the endpoints of the service; or remove the handler',
  },
  NEST_ENDPOINT_UNSERVED: {
    summary: 'The service lists an endpoint that it has no handler for.',
    fix: 'Add the handler at the method and path of the contract, parameters by the same names, or take the endpoint out of the list',
  },
  NEST_CALLERS_MISSING: {
    summary: 'An endpoint is not for anyone, and the service is not told how callers are known.',
    fix: 'Give the definition of the service `callers`: its tokens, and the claims that name somebody',
  },
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
