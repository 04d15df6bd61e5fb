/** Reads what the console is told: a JSON file, named by CONSOLE_CONFIG. */
import { readFileSync } from 'node:fs';
import { ConsoleError } from './errors.ts';

export interface ConsoleConfiguration {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Base URL and bearer token of the controller; the token never reaches a browser. */
  readonly controllerUrl: string;
  readonly controllerToken: string;
  /** Whoever knows it may ask for one-time links, and sessions are signed with it. */
  readonly token: string;
}

const tokenLengthMin = 16;
const checks: Readonly<Record<keyof ConsoleConfiguration, (value: unknown) => string | undefined>> = {
  port: (value) => (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535 ? undefined : 'a port number'),
  controllerUrl: (value) =>
    typeof value === 'string' && /^http:\/\/[^/]+\/?$/.test(value) ? undefined : 'a URL such as http://127.0.0.1:3010',
  controllerToken: checkToken,
  token: checkToken,
};

/** Throws CONSOLE_CONFIG_INVALID naming everything that is wrong; what tokens are is never said. */
export function readConfiguration(file: string | undefined): ConsoleConfiguration {
  if (file === undefined || file === '') throw new ConsoleError('CONSOLE_CONFIG_INVALID', 'CONSOLE_CONFIG is not set.');
  const given = parse(file);
  const problems = Object.entries(checks).flatMap(([name, check]) => {
    const expected = check(given[name]);
    return expected === undefined ? [] : [`${name} is not ${expected}`];
  });
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(checks, name));
  problems.push(...unknown.map((name) => `"${name}" is not a setting`));
  if (problems.length > 0) throw new ConsoleError('CONSOLE_CONFIG_INVALID', `${file}: ${problems.join('; ')}.`);
  return given as unknown as ConsoleConfiguration;
}

function checkToken(value: unknown): string | undefined {
  return typeof value === 'string' && value.length >= tokenLengthMin ? undefined : `a text of at least ${tokenLengthMin} characters`;
}

function parse(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConsoleError('CONSOLE_CONFIG_INVALID', `${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new ConsoleError('CONSOLE_CONFIG_INVALID', `${file} holds no JSON object.`);
}
