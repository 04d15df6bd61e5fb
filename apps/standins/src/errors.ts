/** What can go wrong in a stand-in, each with a stable code and what to do about it. */

export interface StandinsFault {
  readonly summary: string;
  readonly fix: string;
}

export const standinsFaults = {
  STANDINS_CONFIG_INVALID: {
    summary: 'The configuration of the stand-ins cannot be used.',
    fix: 'Set STANDINS_CONFIG to a JSON file, or to JSON itself, such as {"googlePort":4400} or {"mailPort":4410,"smtpPort":4411}',
  },
  STANDINS_PORT_TAKEN: {
    summary: 'The port is used by another program.',
    fix: 'Find it with `ss -ltnp`, stop it, or choose another one in the configuration (0 takes a free one)',
  },
  STANDINS_PERSON_INVALID: {
    summary: 'The description of a person is incomplete or has the wrong types.',
    fix: 'Send {"givenName": text, "email": text, "familyName"?: text or null, "hasPhoto"?: boolean, "consents"?: boolean}',
  },
  STANDINS_PERSON_UNKNOWN: {
    summary: 'Nobody has this id.',
    fix: 'List everybody with GET /control/people, or add the person with PUT /control/people/<id>',
  },
  STANDINS_FULL: {
    summary: 'The stand-in holds as many people, or faults, as it may.',
    fix: 'Restart the stand-ins, or raise peopleMax in their configuration',
  },
  STANDINS_MAIL_UNKNOWN: {
    summary: 'No mail has this number, or it was cleared.',
    fix: 'List the mails with GET /mails',
  },
  STANDINS_FAULT_INVALID: {
    summary: 'The description of a fault is incomplete or has the wrong types.',
    fix: 'Send {"kind": "refuse", "break" or "delay", "to"?: address, "times"?: number, "keeps"?: boolean, "delayMs"?: number (of "delay")}',
  },
} as const satisfies Record<string, StandinsFault>;

export type StandinsErrorCode = keyof typeof standinsFaults;

/** A failure of a stand-in: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class StandinsError extends Error {
  readonly code: StandinsErrorCode;
  readonly fix: string;

  constructor(code: StandinsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StandinsError';
    this.code = code;
    this.fix = standinsFaults[code].fix;
  }
}
