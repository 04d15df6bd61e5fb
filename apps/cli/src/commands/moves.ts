/** What `advance`, `back` and `verify` share: find the run, ask its controller, show the progress. */
import { isStage, stages, type Stage } from '@banyan/migration/stages';
import { textOption, type CommandCall, type OptionDescription } from '../command-line.ts';
import type { ProgressLine } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { createReporter, marks, paint } from '../output.ts';
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
  const reporter = createReporter(call.json);
  const reason = textOption(call, 'reason');
  const request = { ...body, actor: userInfo().username, ...(reason === undefined ? {} : { reason }) };
  const show = (line: ProgressLine) => {
    if (line.error !== undefined) return; // thrown by the client, and said once
    if (call.json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else reporter.line(`  ${line.done === true ? marks.done : marks.busy} ${describeLine(line)}`);
  };
  await client.move(`/v1/extractions/${encodeURIComponent(extraction)}/${action}`, request, show);
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

export function describeLine(line: ProgressLine): string {
  const step = typeof line.step === 'string' ? `${line.step.padEnd(12)} ` : '';
  return `${paint('bold', step)}${line.message ?? ''}`.trimEnd();
}
