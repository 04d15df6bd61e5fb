// An acceptance suite as a program: asks a system that is up, prints a line per scenario or JSON, ends with 1 when one does not hold.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AcceptanceTargetOptions, createAcceptanceTarget } from './acceptance-target.ts';
import { defectsOf, type Exemption } from './exemptions.ts';
import { runScenarios, type ScenarioResult } from './run-scenarios.ts';
import { type Scenario } from './scenario.ts';

export interface AcceptanceSuite {
  readonly scenarios: readonly Scenario[];
  readonly exemptions: readonly Exemption[];
  /** Fields of the target beside `url`, `jwtSecret` and `databases` without which nothing can be asked: `googleUrl`. */
  readonly required?: readonly (keyof AcceptanceTargetOptions)[];
  /** By option: `browser` for `--browser`. */
  readonly others?: Readonly<Record<string, OtherScenarios>>;
}

/** What an option asks in place of the scenarios. */
export interface OtherScenarios {
  /** The field of the target file that says where: `webUrl`. */
  readonly field: string;
  /** Per scenario. Default that of runScenarios. */
  readonly timeoutMs?: number;
  /** @param value of the field */
  scenarios(value: unknown): readonly Scenario[];
}

type TargetFile = AcceptanceTargetOptions & Readonly<Record<string, unknown>>;

const always: readonly (keyof AcceptanceTargetOptions)[] = ['url', 'jwtSecret', 'databases'];

/** Reads the arguments of the process; ends with 0, with 1, or with 2 for a target that cannot be used. */
export async function runAcceptanceProgram(suite: AcceptanceSuite): Promise<void> {
  const others = suite.others ?? {};
  const usage = usageOf(Object.keys(others));
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      url: { type: 'string' },
      only: { type: 'string' },
      exclusive: { type: 'string', default: 'run' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(Object.keys(others).map((name) => [name, { type: 'boolean', default: false } as const])),
    },
  });
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const other = Object.keys(others).find((name) => (values as Record<string, unknown>)[name] === true);
  try {
    if (!['run', 'only', 'skip'].includes(values.exclusive)) throw new Error(`--exclusive is "${values.exclusive}".`);
    const file = readTarget(values.target ?? process.env['ACCEPTANCE_TARGET'], suite.required ?? []);
    const asked = other === undefined ? undefined : others[other];
    if (asked !== undefined && file[asked.field] === undefined)
      throw new Error(`The target lacks ${asked.field}, and --${other} is about nothing else.`);
    const target = { ...file, ...(values.url !== undefined && { url: values.url }) };
    await ask(suite, asked, target, values as Asked);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exitCode = 2;
  }
}

interface Asked {
  readonly only?: string;
  readonly exclusive: 'run' | 'only' | 'skip';
  readonly json: boolean;
}

async function ask(suite: AcceptanceSuite, other: OtherScenarios | undefined, file: TargetFile, { only, exclusive, json }: Asked) {
  const target = createAcceptanceTarget({ defects: defectsOf(suite.exemptions, file.tables ?? {}), ...file });
  const scenarios = other === undefined ? suite.scenarios : other.scenarios(file[other.field]);
  const results = await runScenarios(scenarios, target, {
    exclusive,
    ...(only !== undefined && { only: only.split(',') }),
    ...(other?.timeoutMs !== undefined && { timeoutMs: other.timeoutMs }),
    ...(!json && { onResult: printResult }),
  });
  await target.close();
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (json) process.stdout.write(`${JSON.stringify({ url: target.client.baseUrl, results, ok: failed === 0 })}\n`);
  else process.stdout.write(`${results.length - failed} held, ${failed} failed\n`);
  process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
}

function readTarget(text: string | undefined, required: readonly (keyof AcceptanceTargetOptions)[]): TargetFile {
  if (text === undefined) throw new Error('No target is given.');
  const file = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8')) as TargetFile;
  const missing = [...always, ...required].filter((name) => file[name] === undefined);
  if (missing.length > 0) throw new Error(`The target lacks ${missing.join(', ')}.`);
  return file;
}

function usageOf(others: readonly string[]): string {
  const choice = others.length === 0 ? '' : ` [${others.map((name) => `--${name}`).join(' | ')}]`;
  return `Usage: node dist/main.js --target FILE [--url URL] [--only A1,A2] [--exclusive run|only|skip]${choice} [--json]

The target file (or the variable ACCEPTANCE_TARGET, a file or JSON itself) says what is tested:
  {"url", "jwtSecret", "databases": {"monolith": URL, ...}, "googleUrl"?, "mailUrl"?, "tables"?: {"users": ["auth", "monolith"]},
   "brokerDatabase"?, "runRecord"?, "clockFile"?, "flags"?: [...], "defects"?: [...]}
  tables names, per table, the databases that hold it, its owner first; defects default to those of what the monolith owns. README.md has the rest.`;
}

function printResult(result: ScenarioResult): void {
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[result.outcome];
  process.stdout.write(`${mark} ${result.id.padEnd(4)} ${result.title} (${result.ms} ms)\n`);
  if (result.reason !== undefined) process.stdout.write(`       ${result.reason.replaceAll('\n', '\n       ')}\n`);
}
