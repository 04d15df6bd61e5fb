// Program: runs the suite against a system that is up, prints a line per scenario or JSON, ends with 1 when one fails.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AcceptanceTargetOptions, createAcceptanceTarget, runScenarios, type Scenario, type ScenarioResult } from '@banyan/proof';
import { defectsOf } from './exemptions.ts';
import { browserJourneys } from './browser/journeys.ts';
import { scenarios } from './index.ts';
import { securityScenarios } from './security/index.ts';
import type { Surroundings } from './security/surroundings.ts';

const usage = `Usage: node dist/main.js --target FILE [--url URL] [--only A1,A2] [--exclusive run|only|skip] [--browser | --security] [--json]

The target file (or the variable ACCEPTANCE_TARGET, a file or JSON itself) says what is tested:
  {"url", "googleUrl", "jwtSecret", "databases": {"monolith": URL, ...}, "tables"?: {"users": ["auth", "monolith"]},
   "webUrl"?, "brokerDatabase"?, "runRecord"?, "clockFile"?, "flags"?: [...], "defects"?: [...]}
  tables names, per table, the databases that hold it, its owner first; defects default to those of what the monolith owns. README.md has the rest.`;

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    url: { type: 'string' },
    only: { type: 'string' },
    exclusive: { type: 'string', default: 'run' },
    browser: { type: 'boolean', default: false },
    security: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else await main();

async function main(): Promise<void> {
  const options = readTarget(values.target ?? process.env['ACCEPTANCE_TARGET']);
  if (options === undefined) return;
  const target = createAcceptanceTarget({
    defects: defectsOf(options.tables ?? {}),
    ...options,
    ...(values.url !== undefined && { url: values.url }),
  });
  const only = values.only?.split(',');
  const asked = askedOf(options);
  const results = await runScenarios(asked, target, {
    ...(only && { only }),
    exclusive: values.exclusive as 'run' | 'only' | 'skip',
    // One of them asks some thousand requests.
    ...(values.security && { timeoutMs: 120_000 }),
    ...(!values.json && { onResult: printResult }),
  });
  await target.close();
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (values.json) process.stdout.write(`${JSON.stringify({ url: target.client.baseUrl, results, ok: failed === 0 })}\n`);
  else process.stdout.write(`${results.length - failed} held, ${failed} failed\n`);
  process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
}

function askedOf({ webUrl, surroundings }: Options): readonly Scenario[] {
  if (values.browser) return browserJourneys(webUrl ?? '');
  return values.security && surroundings !== undefined ? securityScenarios(surroundings) : scenarios;
}

interface Options extends AcceptanceTargetOptions {
  /** Of the front end; needed for its journeys alone. */
  readonly webUrl?: string;
  /** What is beside the front door; needed for the security scenarios alone. */
  readonly surroundings?: Surroundings;
}

function readTarget(text: string | undefined): Options | undefined {
  try {
    if (text === undefined) throw new Error('No target is given.');
    const options = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8')) as Options;
    const missing = (['url', 'googleUrl', 'jwtSecret', 'databases'] as const).filter((name) => options[name] === undefined);
    if (missing.length > 0) throw new Error(`The target lacks ${missing.join(', ')}.`);
    if (values.browser && options.webUrl === undefined) throw new Error('The target lacks webUrl, and --browser is about nothing else.');
    if (values.security && options.surroundings === undefined)
      throw new Error('The target lacks surroundings, and --security is about them.');
    if (!['run', 'only', 'skip'].includes(values.exclusive)) throw new Error(`--exclusive is "${values.exclusive}".`);
    return options;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

function printResult(result: ScenarioResult): void {
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[result.outcome];
  process.stdout.write(`${mark} ${result.id.padEnd(4)} ${result.title} (${result.ms} ms)\n`);
  if (result.reason !== undefined) process.stdout.write(`       ${result.reason.replaceAll('\n', '\n       ')}\n`);
}
