/** Every error the command line can end with: what happened, with the value seen, and the next command. */

export const cliErrorCodes = {
  CLI_COMMAND_UNKNOWN: 'The first word is not a command.',
  CLI_OPTION_INVALID: 'An option is unknown or its value cannot be used.',
  CLI_SYSTEM_UNKNOWN: 'There is no such system, by name or by path.',
  CLI_SYSTEM_UNUSABLE: 'The configuration of a system loads, but a program cannot be started from it.',
  CLI_NOTHING_RUNS: 'The command talks to a running system, and none runs.',
  CLI_NOTHING_RECORDED: 'A rehearsal waited for writes, and none came; the gate knows which routes nobody asked.',
  CLI_TOO_EARLY: 'The extractions are not far enough for this.',
  CLI_PORT_TAKEN: 'A fixed port is held by another program.',
  CLI_PROGRAM_FAILED: 'A program ended or did not become ready.',
  CLI_DEAD_LETTER_GROUP_UNKNOWN: 'No group of dead letters has this id; a group is gone when its last letter is.',
  CLI_CONTROLLER_REFUSED: 'The controller refused or could not do what was asked.',
  CLI_CONTROLLER_UNREACHABLE: 'The controller does not answer.',
  CLI_CONSOLE_UNREACHABLE: 'The console does not answer, or gives no link.',
  CLI_DISK_FULL: 'Too little room is left where the state is kept.',
  CLI_FOLDER_UNUSABLE: 'The folder where the state is kept cannot be read or written.',
  CLI_INTERRUPTED: 'Ctrl-C or a signal ended it before it was ready.',
  CLI_ALREADY_RUNS: 'The same system already runs from this folder.',
  CLI_ATTACHED_AWAY: 'A program that is attached does not answer, or not with 200.',
  CLI_DATABASE_AWAY: 'The database of an attached program cannot be reached, or refuses the role.',
  CLI_BUILD_MISSING: 'A program has not been built.',
} as const;

export type CliErrorCode = keyof typeof cliErrorCodes;

export class CliError extends Error {
  readonly code: string;
  readonly fix: string;
  readonly details: readonly string[];

  constructor(
    code: CliErrorCode | (string & {}),
    message: string,
    fix: string,
    options: { cause?: unknown; details?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.fix = fix;
    this.details = options.details ?? [];
  }
}

/** Reads code, sentence and fix from any error of ours (they share this shape), and from foreign errors what there is. */
export function explainError(error: unknown): { code: string; message: string; fix: string; details: readonly string[] } {
  const shape = error as { code?: unknown; message?: unknown; fix?: unknown; details?: readonly string[] };
  return {
    code: typeof shape?.code === 'string' ? shape.code : 'CLI_UNEXPECTED',
    message: typeof shape?.message === 'string' ? shape.message : String(error),
    fix: typeof shape?.fix === 'string' ? shape.fix : 'banyan doctor',
    details: shape?.details ?? [],
  };
}
