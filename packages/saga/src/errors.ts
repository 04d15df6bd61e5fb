/** What can be wrong with a saga or with what is asked of one, each with a stable code and what to do about it. */

export interface SagaFault {
  readonly summary: string;
  readonly fix: string;
}

export const sagaFaults = {
  SAGA_DEFINITION_INVALID: {
    summary: 'A saga is defined in a way that cannot be run, or two definitions share a name and version.',
    fix: 'Correct what the message names in the call of saga()',
  },
  SAGA_UNKNOWN: {
    summary: 'The engine was not given this definition, or there is no saga with this id.',
    fix: 'Add the definition to `sagas` of createSagaEngine, or look the id up with list()',
  },
  SAGA_INPUT_INVALID: {
    summary: 'A saga was to be started, or edited, with an input that its schema does not allow.',
    fix: 'Give the fields that the message names what the schema says',
  },
  SAGA_KEY_TAKEN: {
    summary: 'A saga of this name and key was started before with another input.',
    fix: 'Use a key that stands for one request only, such as its idempotency key',
  },
  SAGA_REQUEST_REFUSED: {
    summary: 'What an operator asked for does not fit the state of the saga.',
    fix: 'Look at it with show() and ask for something that its state allows',
  },
  SAGA_FENCED: {
    summary: 'Another process has taken over what this one owned; nothing was written.',
    fix: 'Nothing to do: the saga goes on elsewhere; if it happens often, give the process more CPU or a longer leaseMs',
  },
  SAGA_STOPPED: {
    summary: 'The engine was asked for something after it had been stopped.',
    fix: 'Stop the engine after what calls it',
  },
} as const satisfies Record<string, SagaFault>;

export type SagaErrorCode = keyof typeof sagaFaults;

/** A saga that cannot go on as asked: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class SagaError extends Error {
  readonly code: SagaErrorCode;
  readonly fix: string;

  constructor(code: SagaErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SagaError';
    this.code = code;
    this.fix = sagaFaults[code].fix;
  }
}
