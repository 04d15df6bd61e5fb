/** `banyan back`: takes an extraction back, with every write made since. */
import type { CommandDescription } from '../command-line.ts';
import { moveOptions, runMove, stageOption } from './moves.ts';

export const back: CommandDescription = {
  name: 'back',
  usage: 'back <extraction> [--to STAGE]',
  summary: 'Takes an extraction back, from any stage but retired. Those that depend on it go back first, in the same command.',
  options: {
    to: { type: 'string', value: 'STAGE', help: 'how far back (default: all traffic to the monolith, still following)' },
    ...moveOptions,
  },
  run: (call) => {
    const to = stageOption(call);
    return runMove(call, 'back', to === undefined ? {} : { to });
  },
};
