/** `banyan console`: a new link to the page of a running system; it opens the page once. */
import { textOption, type CommandDescription } from '../command-line.ts';
import { askConsoleLink } from '../console-client.ts';
import { CliError } from '../errors.ts';
import { findLiveRun } from '../running/run-directory.ts';

export const consoleLink: CommandDescription = {
  name: 'console',
  usage: 'console',
  summary: 'Prints a new link to the console of what runs. It opens the console once, in one browser.',
  options: { system: { type: 'string', value: 'NAME', help: 'which one, when several run: node-learn, or node-learn/demo' } },
  async run(call) {
    const { facts, kind } = findLiveRun(textOption(call, 'system'));
    if (facts.console === undefined)
      throw new CliError('CLI_NOTHING_RUNS', `${facts.system}/${kind} runs without a console.`, `banyan up ${facts.system}`);
    const url = await askConsoleLink(facts.console);
    process.stdout.write(call.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
    return 0;
  },
};
