/** What commands that ask a running controller share: the run they mean, and who asks why. */
import { userInfo } from 'node:os';
import { textOption, type CommandCall, type OptionDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { findLiveRun } from '../running/run-directory.ts';

export const systemOption: OptionDescription = {
  type: 'string',
  value: 'NAME',
  help: 'which one, when several run: node-learn, or node-learn/demo',
};

export function liveController(call: CommandCall): ControllerClient {
  const { facts } = findLiveRun(textOption(call, 'system'));
  return new ControllerClient({ url: facts.controllerUrl, token: facts.controllerToken });
}

/** Who, and why: both are kept in the audit. `again` is the same command with a reason. */
export function orderOf(call: CommandCall, again: string): { readonly actor: string; readonly reason: string } {
  const reason = textOption(call, 'reason')?.trim();
  if (reason !== undefined && reason !== '') return { actor: userInfo().username, reason };
  throw new CliError('CLI_OPTION_INVALID', 'No reason is given; it is kept in the audit.', `${again} --reason "<why>"`);
}

/** An answer for people, set off from the prompt, or as JSON. */
export function printAnswer(call: CommandCall, body: unknown, lines: readonly string[]): void {
  process.stdout.write(call.json ? `${JSON.stringify(body)}\n` : `\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n\n`);
}
