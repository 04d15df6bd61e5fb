/** Reads what the stand-ins program is told: JSON in STANDINS_CONFIG, or the path of a file that holds it. */
import { readFileSync } from 'node:fs';
import { StandinsError } from './errors.ts';

export interface StandinsConfiguration {
  /** Port of the Google stand-in on 127.0.0.1; 0 takes a free one. */
  readonly googlePort: number;
  /** Where the authorise page links back to when somebody opens the stand-in's root. */
  readonly frontendUrl?: string;
  /** Most people held at once. Default 20,000. */
  readonly peopleMax?: number;
}

const known = new Set(['googlePort', 'frontendUrl', 'peopleMax']);

/** Gives the configuration, or throws STANDINS_CONFIG_INVALID naming everything that is wrong with it. */
export function readConfiguration(text: string | undefined): StandinsConfiguration {
  const value = parse(text);
  const problems = [
    ...Object.keys(value)
      .filter((key) => !known.has(key))
      .map((key) => `"${key}" is not a setting`),
    ...(isWhole(value['googlePort'], 0, 65_535) ? [] : [`googlePort is ${JSON.stringify(value['googlePort'])}, not a port number`]),
    ...(isOptionalUrl(value['frontendUrl']) ? [] : [`frontendUrl is ${JSON.stringify(value['frontendUrl'])}, not an http URL`]),
    ...(value['peopleMax'] === undefined || isWhole(value['peopleMax'], 1, 1_000_000) ? [] : ['peopleMax is not between 1 and 1,000,000']),
  ];
  if (problems.length > 0) throw new StandinsError('STANDINS_CONFIG_INVALID', `The stand-ins cannot start: ${problems.join('; ')}.`);
  return value as unknown as StandinsConfiguration;
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
