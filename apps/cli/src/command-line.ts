/** The words of the command line: commands, options, help, and what is said to a mistyped one. */
import { parseArgs } from 'node:util';
import { CliError } from './errors.ts';

export interface OptionDescription {
  readonly type: 'string' | 'boolean';
  readonly value?: string;
  readonly help: string;
}

export interface CommandDescription {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly arguments?: string;
  readonly options: Readonly<Record<string, OptionDescription>>;
  run(call: CommandCall): Promise<number>;
}

export interface CommandCall {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** True when the answer is wanted as JSON on standard output; progress then goes to standard error. */
  readonly json: boolean;
}

const everyCommandOptions: Readonly<Record<string, OptionDescription>> = {
  json: { type: 'boolean', help: 'answer as JSON (one document, or one per line for progress)' },
  help: { type: 'boolean', help: 'show this help' },
};

/** Splits the words behind a command; unknown options name the ones there are. */
export function parseCall(command: CommandDescription, words: readonly string[]): CommandCall & { readonly help: boolean } {
  const known = { ...command.options, ...everyCommandOptions };
  const config = Object.fromEntries(Object.entries(known).map(([name, option]) => [name, { type: option.type }]));
  try {
    const jsonFile = takeJsonFile(command, words);
    const parsed = parseArgs({
      args: jsonFile.rest,
      options: config,
      allowPositionals: true,
      strict: true,
    });
    const options = { ...(parsed.values as Record<string, string | boolean | undefined>), ...jsonFile.options };
    if (options['help'] !== true) refuseExtraWords(command, parsed.positionals);
    return { positionals: parsed.positionals, options, json: options['json'] === true, help: options['help'] === true };
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('CLI_OPTION_INVALID', optionComplaint(error), `banyan ${command.name} --help`, { cause: error });
  }
}

/** The words a command takes are those in angle brackets of its usage. */
function refuseExtraWords(command: CommandDescription, words: readonly string[]): void {
  const taken = command.usage.match(/<\w+>/g)?.length ?? 0;
  const extra = words[taken];
  if (extra === undefined) return;
  throw new CliError(
    'CLI_OPTION_INVALID',
    `banyan ${command.name} does not know what to do with "${extra}".`,
    `banyan ${command.name} --help`,
  );
}

function optionComplaint(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, name] = /^Option '--([\w-]+).*(?:argument missing|is ambiguous)/.exec(message) ?? [];
  return name === undefined ? `${message.split('.')[0] ?? ''}.` : `--${name} needs a value behind it.`;
}

/** `--json FILE` (for commands that take a file) and plain `--json` are the same option with and without a value. */
function takeJsonFile(command: CommandDescription, words: readonly string[]): { rest: string[]; options: Record<string, string> } {
  const at = words.indexOf('--json');
  const file = words[at + 1];
  if (at < 0 || file === undefined || file.startsWith('-') || !Object.hasOwn(command.options, 'json-file'))
    return { rest: [...words], options: {} };
  return { rest: words.filter((_, index) => index !== at && index !== at + 1), options: { 'json-file': file } };
}

/** A whole number in the range, or `otherwise` where the option is not given. */
export function numberOption(call: CommandCall, name: string, otherwise: number, range: { min: number; max: number }): number {
  const text = call.options[name];
  if (text === undefined) return otherwise;
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new CliError(
    'CLI_OPTION_INVALID',
    `--${name} is "${text}"; it takes a whole number from ${range.min} to ${range.max}.`,
    `Use --${name} ${otherwise}, or leave it out`,
  );
}

export function textOption(call: CommandCall, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function helpOf(command: CommandDescription): string {
  const rows = Object.entries({ ...command.options, ...everyCommandOptions })
    .filter(([name]) => name !== 'json-file')
    .map(([name, option]) => `  ${`--${name}${option.value === undefined ? '' : ` ${option.value}`}`.padEnd(24)} ${option.help}`);
  return [
    `banyan ${command.usage}`,
    '',
    command.summary,
    ...(command.arguments === undefined ? [] : ['', command.arguments]),
    '',
    'Options:',
    ...rows,
    '',
  ].join('\n');
}

export function helpOfAll(commands: readonly CommandDescription[]): string {
  const rows = commands.map((command) => `  ${command.usage.padEnd(42)} ${command.summary.split('. ')[0]}`);
  return [
    'banyan: takes a running monolith apart, in steps that go back, with nothing lost',
    '',
    ...rows,
    '',
    'Every command: --json, --help. Inside the repository: npm run banyan -- <command>',
    '',
  ].join('\n');
}

/** The command whose name is nearest to a mistyped one, by edit distance; undefined when none is near. */
export function nearestCommand(word: string, commands: readonly CommandDescription[]): string | undefined {
  const ranked = commands.map((command) => ({ name: command.name, distance: editDistance(word, command.name) }));
  const best = ranked.sort((one, other) => one.distance - other.distance)[0];
  return best !== undefined && best.distance <= 2 ? best.name : undefined;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of Array.from(other).entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
