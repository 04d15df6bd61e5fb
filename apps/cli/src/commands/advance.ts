/** `banyan advance`: takes an extraction to its next stage when its gates hold. */
import { numberOption, type CommandDescription } from '../command-line.ts';
import { moveOptions, runMove, stageOption } from './moves.ts';

export const advance: CommandDescription = {
  name: 'advance',
  usage: 'advance <extraction> [--to STAGE]',
  summary: 'Takes an extraction to its next stage, or to the one named, when its gates hold. Shows the evidence.',
  arguments: 'Stages: planned, replicating, shadow, canary, owner, retired. Canary has shares: --to canary --share 50.',
  options: {
    to: { type: 'string', value: 'STAGE', help: 'go on to this stage, through the ones between' },
    share: { type: 'string', value: 'PERCENT', help: 'with --to canary: the share of users' },
    force: { type: 'boolean', help: 'although a gate does not hold; needs --reason' },
    ...moveOptions,
  },
  run: (call) => {
    const to = stageOption(call);
    const share = call.options['share'] === undefined ? undefined : numberOption(call, 'share', 100, { min: 1, max: 100 });
    return runMove(call, 'advance', {
      ...(to === undefined ? {} : { to }),
      ...(share === undefined ? {} : { sharePercent: share }),
      ...(call.options['force'] === true ? { force: true } : {}),
    });
  },
};
