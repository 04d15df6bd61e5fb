// What the traffic program is told by its environment and arguments.
import { parseArgs } from 'node:util';
import { type MixName, mixes, requestsPerSecondAtSpeed1 } from './profile/mix.ts';

export interface Settings {
  readonly baseUrl: string;
  readonly googleUrl: string;
  readonly ledgerPath: string;
  /** Requests per second. */
  readonly rate: number;
  readonly seed: number;
  readonly mix: MixName;
  readonly controlPort: number;
}

export class SettingsError extends Error {}

export const usage = `Usage: BASE_URL=http://127.0.0.1:3000 GOOGLE_URL=http://127.0.0.1:4400 LEDGER=ledger.jsonl node dist/main.js [--rate 100]

  BASE_URL         the system, usually its gateway
  GOOGLE_URL       the Google stand-in
  LEDGER           file that the ledger is appended to
  RATE, --rate     requests per second (default ${requestsPerSecondAtSpeed1}, which is speed 1)
  SEED             the same seed does the same (default 1)
  MIX              ${Object.keys(mixes).join(' or ')} (default demo)
  CONTROL_PORT     loopback port for POST /pause, /resume, /rate and GET /stats (default: a free one, printed)`;

export function readSettings(environment: NodeJS.ProcessEnv, argv: readonly string[]): Settings {
  const { values } = parseArgs({ args: [...argv], options: { rate: { type: 'string' } } });
  const mix = environment['MIX'] ?? 'demo';
  if (!Object.hasOwn(mixes, mix)) throw new SettingsError(`MIX is "${mix}", not one of ${Object.keys(mixes).join(', ')}.`);
  return {
    baseUrl: toUrl(environment, 'BASE_URL'),
    googleUrl: toUrl(environment, 'GOOGLE_URL'),
    ledgerPath: required(environment, 'LEDGER'),
    rate: toNumber('RATE', values.rate ?? environment['RATE'], requestsPerSecondAtSpeed1, 10_000),
    seed: toNumber('SEED', environment['SEED'], 1, 2 ** 32 - 1),
    mix: mix as MixName,
    controlPort: toNumber('CONTROL_PORT', environment['CONTROL_PORT'], 0, 65_535),
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new SettingsError(`${name} is not set.`);
  return value;
}

function toUrl(environment: NodeJS.ProcessEnv, name: string): string {
  const value = required(environment, name);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw new SettingsError(`${name} is "${value}", not an http URL.`);
  return new URL(value).origin;
}

function toNumber(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > most)
    throw new SettingsError(`${name} is "${text}", not a number from 0 to ${most}.`);
  return value;
}
