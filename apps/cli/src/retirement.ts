/** Which extractions are retired, and in which order. */
import type { StateView } from '@banyan/controller/state-view';
import { CliError } from './errors.ts';

/** Those that still own and can follow one another. Refuses before the first one while another is not that far. */
export function namesToRetire({ extractions, monolith }: Pick<StateView, 'extractions' | 'monolith'>): readonly string[] {
  const { retirementOrder } = monolith;
  const stageOf = (name: string) => extractions.find((it) => it.name === name)?.stage;
  const early = extractions.find(({ name, stage }) => !['owner', 'retired'].includes(stage) && retirementOrder.includes(name));
  if (early !== undefined)
    throw new CliError(
      'CLI_TOO_EARLY',
      `"${early.name}" is ${early.stage}; all have to be owner before the first is retired.`,
      `banyan advance ${early.name} --to owner`,
    );
  return retirementOrder.filter((name) => stageOf(name) === 'owner');
}
