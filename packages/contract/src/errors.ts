/** What can be wrong with a contract, each with a stable code and what to do about it. */

export interface ContractFault {
  readonly summary: string;
  readonly fix: string;
}

export const contractFaults = {
  CONTRACT_ENDPOINT_INVALID: {
    summary: 'An endpoint is declared in a way that cannot be served or documented.',
    fix: 'Correct what the message names in the call of endpoint()',
  },
  CONTRACT_ENDPOINT_DUPLICATE: {
    summary: 'Two endpoints share a name, or a method and path.',
    fix: 'Give each endpoint its own name and route, or remove one of them',
  },
  CONTRACT_EVENT_INVALID: {
    summary: 'An event is declared in a way that cannot be published or documented.',
    fix: 'Correct what the message names in the call of event()',
  },
  CONTRACT_EVENT_DUPLICATE: {
    summary: 'Two events of a system share a type.',
    fix: 'Keep one of them; a new version replaces the old one in the same call of event()',
  },
  CONTRACT_EVENT_DATA_INVALID: {
    summary: 'An event was to be published with data that its contract does not allow.',
    fix: 'Give the fields that the message names what the contract says, or change the contract',
  },
  CONTRACT_ANSWER_UNDECLARED: {
    summary: 'An answer has a status that its endpoint does not declare.',
    fix: 'Add the status to the responses of the endpoint, or correct the program that gave it',
  },
} as const satisfies Record<string, ContractFault>;

export type ContractErrorCode = keyof typeof contractFaults;

/** A broken contract: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class ContractError extends Error {
  readonly code: ContractErrorCode;
  readonly fix: string;

  constructor(code: ContractErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ContractError';
    this.code = code;
    this.fix = contractFaults[code].fix;
  }
}
