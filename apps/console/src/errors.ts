/** Every way in which the console refuses, each with a stable code and what to do about it. */

export const errorCatalogue = {
  CONSOLE_CONFIG_INVALID: {
    meaning: 'The configuration of the console cannot be used.',
    fix: 'Set CONSOLE_CONFIG to the path of a JSON file as in apps/console/README.md (banyan up does it by itself).',
  },
  CONSOLE_PAGE_MISSING: { meaning: 'The page has not been built.', fix: 'npm run build' },
  CONSOLE_PORT_TAKEN: {
    meaning: 'The port is used by another program.',
    fix: 'Stop the program that holds it, or configure another port.',
  },
  CONSOLE_HOST: {
    meaning: 'The request was made under a name that is not this machine, or by a page of another origin.',
    fix: 'Open the console at the address that banyan console prints.',
  },
  CONSOLE_NOT_SIGNED_IN: {
    meaning: 'The browser has no session, or it has ended.',
    fix: 'Run "banyan console" and open the link it prints.',
  },
  CONSOLE_LINK_REFUSED: {
    meaning: 'A new link was asked for without the token of this run.',
    fix: 'Run "banyan console" as the user who started the system.',
  },
  CONSOLE_ROUTE_UNKNOWN: {
    meaning: 'The console has no such page and hands on no such question.',
    fix: 'apps/console/README.md lists what it hands on; it only reads.',
  },
  CONSOLE_FULL: { meaning: 'As many pages as it serves at once are open.', fix: 'Close some of them.' },
  CONSOLE_CONTROLLER_AWAY: {
    meaning: 'The controller does not answer, or not in time.',
    fix: 'Wait: it is started again when it died. "banyan doctor" says what is wrong when it stays away.',
  },
} as const satisfies Record<string, { meaning: string; fix: string }>;

export type ConsoleErrorCode = keyof typeof errorCatalogue;

/** A refusal: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ConsoleErrorCode;
  readonly fix: string;

  constructor(code: ConsoleErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.fix = errorCatalogue[code].fix;
  }
}
