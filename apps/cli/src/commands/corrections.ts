/** `banyan corrections`: lets the services mend what was wrong with the monolith, once it is off; and takes that back. */
import { userInfo } from 'node:os';
import { textOption, type CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { createReporter, marks } from '../output.ts';
import { findLiveRun } from '../running/run-directory.ts';
import { moveOptions } from './moves.ts';

export const corrections: CommandDescription = {
  name: 'corrections',
  usage: 'corrections <state>',
  summary: "Starts the services anew with the flags on that mend the monolith's defects, or without them. Needs the monolith to be off.",
  arguments: 'State: on, or off.',
  options: moveOptions,
  async run(call) {
    const [wanted] = call.positionals;
    if (wanted !== 'on' && wanted !== 'off')
      throw new CliError('CLI_OPTION_INVALID', `Corrections are on or off, not "${wanted ?? ''}".`, 'banyan corrections on');
    const { facts } = findLiveRun(textOption(call, 'system'));
    const client = new ControllerClient({ url: facts.controllerUrl, token: facts.controllerToken });
    const reason = textOption(call, 'reason');
    const body = { on: wanted === 'on', actor: userInfo().username, ...(reason === undefined ? {} : { reason }) };
    const answer = await client.move('/v1/corrections', body, () => undefined);
    if (call.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
    else createReporter(false).line(`  ${marks.done} ${answer.message ?? ''}`);
    return 0;
  },
};
