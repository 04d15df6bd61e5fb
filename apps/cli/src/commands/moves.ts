/** What `advance`, `back` and `verify` share: find the run, ask its controller, show the progress. */
import type { Gate } from '@banyan/migration/gate-facts';
import { isStage, stages, type Stage } from '@banyan/migration/stages';
import { textOption, type CommandCall, type OptionDescription } from '../command-line.ts';
import type { ProgressLine } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { createReporter, marks, paint } from '../output.ts';
import { gateMark } from '../view/picture.ts';
import { liveController, systemOption } from './live-controller.ts';
import { userInfo } from 'node:os';

export const moveOptions: Readonly<Record<string, OptionDescription>> = {
  system: systemOption,
  reason: { type: 'string', value: 'TEXT', help: 'why; kept in the audit' },
};

/** Sends a move for the extraction named first on the command line and prints each step as it happens. */
export async function runMove(call: CommandCall, action: string, body: Record<string, unknown>): Promise<number> {
  const extraction = requireExtraction(call, action);
  const client = liveController(call);
  const reason = textOption(call, 'reason');
  const request = { ...body, actor: userInfo().username, ...(reason === undefined ? {} : { reason }) };
  await client.move(`/v1/extractions/${encodeURIComponent(extraction)}/${action}`, request, showProgress(call));
  return 0;
}

export function stageOption(call: CommandCall): Stage | undefined {
  const to = textOption(call, 'to');
  if (to === undefined || isStage(to)) return to;
  throw new CliError('CLI_OPTION_INVALID', `--to is "${to}"; it takes a stage: ${stages.join(', ')}.`, 'banyan status');
}

export function requireExtraction(call: CommandCall, action: string): string {
  const [name] = call.positionals;
  if (name !== undefined) return name;
  throw new CliError('CLI_OPTION_INVALID', `banyan ${action} needs the name of an extraction.`, 'banyan status');
}

/** Prints each line of a move's progress as it comes. */
export function showProgress(call: CommandCall): (line: ProgressLine) => void {
  const reporter = createReporter(call.json);
  let wereShown: readonly Gate[] = [];
  return (line) => {
    if (line.error !== undefined) return; // thrown by the client, and said once
    if (call.json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if (Array.isArray(line['gates'])) {
      const gates = line['gates'] as readonly Gate[];
      for (const text of describeGates(line, gates, wereShown)) reporter.line(text);
      wereShown = gates;
    } else reporter.line(`  ${line.done === true ? marks.done : marks.busy} ${describeLine(line)}`);
  };
}

/** One gate below the other; of those that are judged again only what has changed. */
export function describeGates({ message = '' }: ProgressLine, gates: readonly Gate[], before: readonly Gate[]): string[] {
  const known = new Map(before.map((gate) => [gate.name, gate]));
  const isAgain = gates.some((gate) => known.get(gate.name)?.status === 'wait');
  const changed = gates.filter((gate) => !isAgain || gate.status !== 'pass' || known.get(gate.name)?.status !== 'pass');
  const [, step = ''] = /^(To [^:]+):/.exec(message) ?? [];
  const [patience = ''] = /Waiting up to .*$/.exec(message) ?? [];
  const head = `  ${marks.busy} ${paint('bold', 'gates'.padEnd(12))} ${step}${patience === '' ? '' : `   ${paint('dim', patience)}`}`;
  return [...(isAgain ? [] : [head]), ...changed.map((gate) => `      ${gateMark(gate)} ${gate.name}: ${gate.message}`)];
}

function describeLine(line: ProgressLine): string {
  const step = typeof line.step === 'string' ? `${line.step.padEnd(12)} ` : '';
  return `${paint('bold', step)}${line.message ?? ''}`.trimEnd();
}
