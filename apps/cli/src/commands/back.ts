/** `banyan back`: takes an extraction back, with every write made since. */
import type { CommandDescription } from '../command-line.ts';
import { moveOptions, runMove, stageOption } from './moves.ts';

export const back: CommandDescription = {
  name: 'back',
  usage: 'back <extraction> [--to STAGE | --lost]',
  summary: 'Takes an extraction back, from any stage but retired. Those that depend on it go back first, in the same command.',
  arguments:
    'A service whose database is lost goes back with --lost --reason "<why>": the monolith takes its tables as they had flowed back, nothing is asked of the service, and the next advance copies anew.',
  options: {
    to: { type: 'string', value: 'STAGE', help: 'how far back (default: all traffic to the monolith, still following)' },
    lost: { type: 'boolean', help: "the service's database is lost; needs --reason" },
    ...moveOptions,
  },
  run: (call) => {
    const to = stageOption(call);
    return runMove(call, 'back', { ...(to === undefined ? {} : { to }), ...(call.options['lost'] === true ? { lost: true } : {}) });
  },
};
