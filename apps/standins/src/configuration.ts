/** Reads what the stand-ins program is told: JSON in STANDINS_CONFIG, or the path of a file that holds it. */
import { readFileSync } from 'node:fs';
import { StandinsError } from './errors.ts';

export interface StandinsConfiguration {
  /** Port of the Google stand-in on 127.0.0.1; 0 takes a free one. Absent: no Google. */
  readonly googlePort?: number;
  /** Port of the page and the API that show mails; 0 takes a free one. Absent: no mail server. */
  readonly mailPort?: number;
  /** Port for SMTP; belongs to mailPort. Default 0. */
  readonly smtpPort?: number;
  /** Where the authorise page links back to when somebody opens the stand-in's root. */
  readonly frontendUrl?: string;
  /** Most people held at once. Default 20,000. */
  readonly peopleMax?: number;
  /** Most mails kept; beyond it the oldest goes. Default 20,000. */
  readonly mailsMax?: number;
}

const known = new Set(['googlePort', 'mailPort', 'smtpPort', 'frontendUrl', 'peopleMax', 'mailsMax']);
const ports = ['googlePort', 'mailPort', 'smtpPort'] as const;
const limits = ['peopleMax', 'mailsMax'] as const;

/** Gives the configuration, or throws STANDINS_CONFIG_INVALID naming everything that is wrong with it. */
export function readConfiguration(text: string | undefined): StandinsConfiguration {
  const value = parse(text);
  const problems = [
    ...Object.keys(value)
      .filter((key) => !known.has(key))
      .map((key) => `"${key}" is not a setting`),
    ...ports
      .filter((port) => value[port] !== undefined && !isWhole(value[port], 0, 65_535))
      .map((port) => `${port} is ${JSON.stringify(value[port])}, not a port number`),
    ...(value['googlePort'] === undefined && value['mailPort'] === undefined ? ['neither googlePort nor mailPort is given'] : []),
    ...(isOptionalUrl(value['frontendUrl']) ? [] : [`frontendUrl is ${JSON.stringify(value['frontendUrl'])}, not an http URL`]),
    ...limits
      .filter((limit) => value[limit] !== undefined && !isWhole(value[limit], 1, 1_000_000))
      .map((limit) => `${limit} is not between 1 and 1,000,000`),
  ];
  if (problems.length > 0) throw new StandinsError('STANDINS_CONFIG_INVALID', `The stand-ins cannot start: ${problems.join('; ')}.`);
  return value;
}

function parse(text: string | undefined): Record<string, unknown> {
  if (text === undefined || text.trim() === '') throw new StandinsError('STANDINS_CONFIG_INVALID', 'STANDINS_CONFIG is not set.');
  try {
    const value: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new StandinsError('STANDINS_CONFIG_INVALID', `STANDINS_CONFIG cannot be read: ${(cause as Error).message}.`, { cause });
  }
  throw new StandinsError('STANDINS_CONFIG_INVALID', 'STANDINS_CONFIG holds JSON that is not an object.');
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isOptionalUrl(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value));
}
