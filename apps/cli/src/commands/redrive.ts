/** `banyan redrive`: dead letters handled again, one, a group or all, each with its result; or what that would do. */
import type { RedriveEnd, RedriveLine } from '@banyan/controller/redriving';
import { userInfo } from 'node:os';
import { numberOption, textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import type { ControllerClient, ProgressLine } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { asTyped, createReporter, marks, paint } from '../output.ts';
import { plain } from '../view/dead-letters.ts';
import { findGroup, selectorOf } from './dead-letters.ts';
import { liveController, orderOf, systemOption } from './live-controller.ts';

export const redrive: CommandDescription = {
  name: 'redrive',
  usage: 'redrive <id> | --group ID | --all',
  summary: 'Has dead letters handled again, in the order of their keys, and says what came of each. Exit code 1 when one failed again.',
  arguments: 'Its service does it: one that is away does it when it is back. Ctrl-C ends the look, not the redrive.',
  options: {
    group: { type: 'string', value: 'ID', help: 'all letters of a group, by the id that `banyan dead-letters` shows' },
    all: { type: 'boolean', help: 'all there are' },
    service: { type: 'string', value: 'NAME', help: 'with --all: of this service alone' },
    'dry-run': { type: 'boolean', help: 'say which, in which order, and whether they can be read; change nothing' },
    reason: { type: 'string', value: 'WHY', help: 'why now; kept in the audit' },
    wait: { type: 'string', value: 'SECONDS', help: 'look on until nothing has happened for so long (10)' },
    system: systemOption,
  },
  async run(call) {
    const chosen = choiceOf(call);
    const dryRun = call.options['dry-run'] === true;
    const order = dryRun ? { actor: userInfo().username } : orderOf(call, `banyan redrive ${chosen}`);
    const waitMs = numberOption(call, 'wait', 10, { min: 1, max: 600 }) * 1_000;
    const client = liveController(call);
    const body = { selector: await selector(client, call), ...order, dryRun, waitMs };
    const end = (await ask(client, call, body)) as unknown as RedriveEnd;
    if (!call.json) createReporter(false).line(asTyped(nextOf(end, chosen)));
    return exitCodeOf(end);
  },
};

/** The words behind `banyan redrive` that say which letters. */
function choiceOf(call: CommandCall): string {
  const [id] = call.positionals;
  const group = textOption(call, 'group');
  const all = call.options['all'] === true;
  if ([id, group, all || undefined].filter((choice) => choice !== undefined).length !== 1) {
    throw new CliError(
      'CLI_OPTION_INVALID',
      'banyan redrive needs to know which: one id, or --group ID, or --all.',
      'banyan dead-letters shows ids and groups',
    );
  }
  return id ?? (group === undefined ? '--all' : `--group ${group}`);
}

async function selector(client: ControllerClient, call: CommandCall): Promise<Readonly<Record<string, unknown>>> {
  const [id] = call.positionals;
  const group = textOption(call, 'group');
  const service = textOption(call, 'service');
  if (id !== undefined) return { id };
  if (group !== undefined) return selectorOf(await findGroup(client, group));
  return service === undefined ? { all: true } : { service };
}

async function ask(client: ControllerClient, call: CommandCall, body: unknown): Promise<ProgressLine> {
  const reporter = createReporter(call.json);
  let hasBegun = false;
  const show = (line: ProgressLine) => {
    if (line.error !== undefined) return; // thrown by the client, and said once
    hasBegun = true;
    if (call.json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else
      reporter.line(
        `  ${line.done === true ? `${marks.next} ` : drawMark(line['step'] as RedriveLine['step'])}${plain(line.message ?? '')}`,
      );
  };
  try {
    return await client.move('/v1/dead-letters/redrive', body, show);
  } catch (error) {
    if (!hasBegun || !(error instanceof CliError) || error.code !== 'CLI_CONTROLLER_UNREACHABLE') throw error;
    const message = 'The controller went away. What it had stored is handled by the services all the same.';
    throw new CliError('CLI_CONTROLLER_UNREACHABLE', message, 'banyan dead-letters', { cause: error });
  }
}

function drawMark(step: RedriveLine['step']): string {
  const failed = `${marks.failed} `;
  const byStep: Readonly<Record<RedriveLine['step'], string>> = {
    handled: `${marks.done} `,
    failed,
    parked: failed,
    waiting: `${marks.warning} `,
    skipped: `${marks.warning} `,
    stored: `${marks.busy} `,
    asked: `${marks.busy} `,
    quiet: `${marks.busy} `,
    'would-redrive': paint('dim', '· '),
  };
  return byStep[step];
}

/** 1 when something did not go on although it was tried; what a service that is away has still to try is stored and will be. */
export function exitCodeOf({ failed, waiting, parkedFailed }: RedriveEnd): number {
  return failed + waiting + parkedFailed > 0 ? 1 : 0;
}

export function nextOf(end: RedriveEnd, chosen: string): string {
  if (end.letters === 0) return '';
  if (end.step === 'dry-run') return `    Next: banyan redrive ${chosen} --reason "<why>"\n`;
  if (exitCodeOf(end) === 0 && end.stored === 0) return '';
  return '    Next: banyan dead-letters\n';
}
