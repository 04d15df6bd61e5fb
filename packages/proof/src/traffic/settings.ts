// What a traffic program is told by its environment and arguments.
import { parseArgs } from 'node:util';

export interface TrafficSettings {
  readonly baseUrl: string;
  /** Stand-in -> its address. */
  readonly standInUrls: Readonly<Record<string, string>>;
  readonly ledgerPath: string;
  /** Requests per second. */
  readonly rate: number;
  readonly seed: number;
  readonly mix: string;
  readonly controlPort: number;
}

export class TrafficSettingsError extends Error {}

/** What a traffic program can be told. */
export interface TrafficChoices {
  /** Stand-ins it cannot do without; `google` is told in the variable GOOGLE_URL. */
  readonly standIns: readonly string[];
  /** Words for the variable MIX; the first is the default. */
  readonly mixes: readonly string[];
  /** Requests per second unless somebody says otherwise. */
  readonly defaultRate: number;
}

const variableOf = (standIn: string) => `${standIn.toUpperCase()}_URL`;

export function trafficUsage({ standIns, mixes, defaultRate }: TrafficChoices): string {
  const examples = standIns.map((name, index) => `${variableOf(name)}=http://127.0.0.1:${4400 + 10 * index} `).join('');
  return `Usage: BASE_URL=http://127.0.0.1:3000 ${examples}LEDGER=ledger.jsonl node dist/main.js [--rate ${defaultRate}]

  BASE_URL         the system, usually its gateway${standIns.map((name) => `\n  ${variableOf(name).padEnd(16)} the stand-in "${name}"`).join('')}
  LEDGER           file that the ledger is appended to
  RATE, --rate     requests per second (default ${defaultRate}, which is speed 1)
  SEED             the same seed does the same (default 1)
  MIX              ${mixes.join(' or ')} (default ${mixes[0]})
  CONTROL_PORT     loopback port for POST /pause, /resume, /rate and GET /stats (default: a free one, printed)`;
}

/** Throws TrafficSettingsError naming what cannot be used. */
export function readTrafficSettings(known: TrafficChoices, environment: NodeJS.ProcessEnv, argv: readonly string[]): TrafficSettings {
  const { values } = parseArgs({ args: [...argv], options: { rate: { type: 'string' } } });
  const mix = environment['MIX'] ?? known.mixes[0] ?? '';
  if (!known.mixes.includes(mix)) throw new TrafficSettingsError(`MIX is "${mix}", not one of ${known.mixes.join(', ')}.`);
  return {
    baseUrl: toUrl(environment, 'BASE_URL'),
    standInUrls: Object.fromEntries(known.standIns.map((name) => [name, toUrl(environment, variableOf(name))])),
    ledgerPath: required(environment, 'LEDGER'),
    rate: toNumber('RATE', values.rate ?? environment['RATE'], known.defaultRate, 10_000),
    seed: toNumber('SEED', environment['SEED'], 1, 2 ** 32 - 1),
    mix,
    controlPort: toNumber('CONTROL_PORT', environment['CONTROL_PORT'], 0, 65_535),
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new TrafficSettingsError(`${name} is not set.`);
  return value;
}

function toUrl(environment: NodeJS.ProcessEnv, name: string): string {
  const value = required(environment, name);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw new TrafficSettingsError(`${name} is "${value}", not an http URL.`);
  return new URL(value).origin;
}

function toNumber(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > most)
    throw new TrafficSettingsError(`${name} is "${text}", not a number from 0 to ${most}.`);
  return value;
}
