/** Every way the controller itself refuses; errors of moves come from @banyan/migration with their own codes. */

export const errorCatalogue = {
  CONTROLLER_CONFIG_MISSING: {
    meaning: 'CONTROLLER_CONFIG is not set, or the file it names cannot be read.',
    fix: 'Set CONTROLLER_CONFIG to the path of the controller configuration (banyan up does it by itself).',
  },
  CONTROLLER_CONFIG_INVALID: {
    meaning: 'The configuration file is not JSON, or a setting is not as expected.',
    fix: 'Correct the setting named; apps/controller/README.md lists them all.',
  },
  CONTROLLER_PORT_TAKEN: { meaning: 'The port is in use.', fix: 'Stop the program that holds it, or configure another port.' },
  CONTROLLER_TOKEN: {
    meaning: 'The request carries no bearer token, or a wrong one.',
    fix: 'Send "Authorization: Bearer <token>" with the token of the controller configuration.',
  },
  CONTROLLER_NOT_ALLOWED: {
    meaning: 'The token is one that may only look, or only ask what has reached the other side.',
    fix: 'Ask with the token of the operator, `token` of the controller configuration.',
  },
  CONTROLLER_NOT_READY: {
    meaning: 'The controller is starting, waits for another controller to end, or is stopping.',
    fix: 'Ask again in a second; GET /health says what it waits for.',
  },
  CONTROLLER_ROUTE_UNKNOWN: {
    meaning: 'No endpoint has this method and path.',
    fix: 'apps/controller/README.md lists the endpoints.',
  },
  CONTROLLER_REQUEST_INVALID: {
    meaning: 'A body or query parameter is not as expected.',
    fix: 'Correct the field named; apps/controller/README.md shows each endpoint.',
  },
  CONTROLLER_REACHED_TIMEOUT: {
    meaning: 'The other side did not reach the position in time.',
    fix: 'Replication is behind or reconnecting; banyan status shows its lag. Ask again.',
  },
  CONTROLLER_SAGA_UNKNOWN: {
    meaning: 'No service has a saga with this id.',
    fix: 'banyan sagas lists those of the last hours with their ids.',
  },
  CONTROLLER_SAGA_REFUSED: {
    meaning: 'The saga is in a state in which this cannot be asked of it.',
    fix: 'banyan sagas <id> shows its state and what was asked of it.',
  },
  CONTROLLER_DEAD_LETTER_UNKNOWN: {
    meaning: 'No service has a dead letter with this id: it was handled, discarded, or is being tried again.',
    fix: 'banyan dead-letters',
  },
  CONTROLLER_FAULT: { meaning: 'Something failed inside.', fix: 'Look at the log line with the same message; try again.' },
} as const satisfies Record<string, { meaning: string; fix: string }>;

export type ControllerErrorCode = keyof typeof errorCatalogue;

export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  readonly code: ControllerErrorCode;
  readonly fix: string;

  constructor(code: ControllerErrorCode, message: string, options: { readonly cause?: unknown; readonly fix?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix ?? errorCatalogue[code].fix;
  }
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  /** Gates, findings or problems, where the error has them. */
  readonly evidence?: unknown;
}

/** What a client is told: code, sentence and way out; never a stack. */
export function errorToBody(error: unknown): ErrorBody {
  if (!(error instanceof Error)) return { code: 'CONTROLLER_FAULT', message: String(error), fix: errorCatalogue.CONTROLLER_FAULT.fix };
  const { code, fix, evidence, message } = error as Error & { code?: unknown; fix?: unknown; evidence?: unknown };
  if (typeof code !== 'string' || typeof fix !== 'string')
    return { code: 'CONTROLLER_FAULT', message, fix: errorCatalogue.CONTROLLER_FAULT.fix };
  return { code, message, fix, ...(evidence === undefined ? {} : { evidence }) };
}
