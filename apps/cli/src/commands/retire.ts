/** `banyan retire`: ends the way back of every extraction, in the order in which nothing needs them any more, and with the last one the monolith. */
import { userInfo } from 'node:os';
import type { StateView } from '@banyan/controller/state-view';
import { textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { createReporter, marks } from '../output.ts';
import { findLiveRun } from '../running/run-directory.ts';
import { namesToRetire } from '../retirement.ts';
import { moveOptions, showProgress } from './moves.ts';

export const retire: CommandDescription = {
  name: 'retire',
  usage: 'retire --reason TEXT',
  summary: 'Ends the ways back of all extractions and switches the monolith off, behind a last comparison of all rows. Cannot be undone.',
  options: { force: { type: 'boolean', help: 'although a gate does not hold' }, ...moveOptions },
  async run(call) {
    const reason = requiredReason(call);
    const { facts } = findLiveRun(textOption(call, 'system'));
    const client = new ControllerClient({ url: facts.controllerUrl, token: facts.controllerToken });
    const reporter = createReporter(call.json);
    const force = call.options['force'] === true;
    for (const name of namesToRetire(await client.read<StateView>('/v1/state')))
      await client.move(
        `/v1/extractions/${name}/advance`,
        { to: 'retired', actor: userInfo().username, reason, force },
        showProgress(call),
      );
    const { monolith } = await client.read<StateView>('/v1/state');
    if (call.json) process.stdout.write(`${JSON.stringify({ done: true, monolith })}\n`);
    else
      reporter.line(
        monolith.isOff
          ? `\n  ${marks.done} Nothing reaches the monolith any more; its program is ended. Next: npm run banyan -- corrections on`
          : `\n  ${marks.done} All are retired. What no extraction names is still answered by the monolith: one with the route * /* would take it.`,
      );
    return 0;
  },
};

function requiredReason(call: CommandCall): string {
  const reason = textOption(call, 'reason');
  if (reason !== undefined) return reason;
  throw new CliError('CLI_OPTION_INVALID', 'Retiring cannot be undone, so it needs a reason.', 'banyan retire --reason "…"');
}
