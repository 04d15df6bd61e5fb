/** Which position a command means, and which other extractions must go back before one may. */

import { MigrationError } from '../errors.ts';
import type { MigrationPlan, PlannedExtraction } from '../plan.ts';
import { applicableStages, comparePositions, nextPosition, previousPosition, stageIndex, stepReclaiming, stepsBack } from '../stages.ts';
import type { Position, Stage, Step } from '../stages.ts';
import { positionOf, positionText } from '../state.ts';
import type { ExtractionState } from '../state.ts';

export interface Wanted {
  readonly to?: Stage;
  readonly sharePercent?: number;
}

/** The position an advance leads to; the present one when it is already there. */
export function targetForward(extraction: PlannedExtraction, from: Position, wanted: Wanted): Position {
  if (from.stage === 'retired') throw invalid(extraction, from, 'it is retired: nothing moves any more');
  const { cutOverBy } = extraction;
  const isNamed = wanted.to !== undefined || wanted.sharePercent !== undefined;
  const isBeyond = isNamed
    ? wanted.to !== from.stage && ['owner', 'retired'].includes(wanted.to ?? '')
    : nextPosition(extraction.shape, from) === undefined;
  if (cutOverBy !== undefined && isBeyond)
    throw invalid(extraction, from, `its tables change owner with "${cutOverBy}"`, `Run: banyan advance ${cutOverBy}`);
  const target = named(extraction, from, wanted) ?? nextPosition(extraction.shape, from);
  if (target === undefined) throw invalid(extraction, from, 'retiring it must be asked for', 'Add: --to retired');
  if (comparePositions(target, from) < 0)
    throw invalid(extraction, from, `${positionText(target)} lies behind`, `Run: banyan back ${extraction.name} --to ${target.stage}`);
  return target;
}

/** The position a back leads to; the present one when it is already there. */
export function targetBack(extraction: PlannedExtraction, from: Position, wanted: Wanted): Position {
  if (from.stage === 'retired')
    throw invalid(extraction, from, 'it is retired: there is no way back any more', 'Deploy the previous version of the service instead.');
  const target = named(extraction, from, wanted) ?? previousPosition(extraction.shape, from) ?? from;
  if (comparePositions(target, from) > 0)
    throw invalid(extraction, from, `${positionText(target)} lies ahead`, `Run: banyan advance ${extraction.name} --to ${target.stage}`);
  if (from.stage === 'owner' && target.stage !== 'owner' && extraction.noWayBack !== undefined) {
    throw new MigrationError(
      'MIGRATION_NO_WAY_BACK',
      `"${extraction.name}" has no way back, as its migration admits: ${extraction.noWayBack}`,
      {
        fix: 'Deploy the previous version of the service instead.',
      },
    );
  }
  return target;
}

/** The step by which the monolith takes the tables without asking the service. It begins the extraction anew, whatever stage it is at. */
export function stepsReclaiming(extraction: PlannedExtraction, from: Position, target: Position): readonly Step[] {
  if (target.stage !== 'planned')
    throw invalid(
      extraction,
      from,
      `with --lost it goes back to planned, not to ${target.stage}`,
      'Leave --to out; the next advance copies anew.',
    );
  const step = extraction.shape.hasTables ? stepReclaiming(from) : undefined;
  if (step !== undefined) return [step];
  throw invalid(
    extraction,
    from,
    from.stage === 'planned' ? 'nothing of it is in the service' : 'it moves no tables',
    from.stage === 'planned' ? `Run: banyan advance ${extraction.name}` : `Run: banyan back ${extraction.name}`,
  );
}

function named(extraction: PlannedExtraction, from: Position, wanted: Wanted): Position | undefined {
  const stage = wanted.to ?? (wanted.sharePercent === undefined ? undefined : 'canary');
  if (stage === undefined) return undefined;
  const applicable = applicableStages(extraction.shape);
  if (!applicable.includes(stage))
    throw invalid(extraction, from, `${stage} does not apply to it`, `Its stages are: ${applicable.join(', ')}.`);
  if (stage !== 'canary') return { stage, sharePercent: 0 };
  const share = wanted.sharePercent ?? (from.stage === 'canary' ? from.sharePercent : (extraction.shape.canaryShares[0] ?? 100));
  if (!Number.isInteger(share) || share < 1 || share > 100)
    throw invalid(extraction, from, `a share of ${share} % is not between 1 and 100`);
  return { stage, sharePercent: share };
}

function invalid(extraction: PlannedExtraction, from: Position, why: string, fix?: string): MigrationError {
  const message = `"${extraction.name}" is ${positionText(from)}; ${why}.`;
  return new MigrationError('MIGRATION_MOVE_INVALID', message, fix === undefined ? {} : { fix });
}

export interface TakeBack {
  readonly extraction: PlannedExtraction;
  readonly from: Position;
  readonly target: Position;
}

/**
 * The dependants that answer and would lose what they stand on, the most dependent first. They go back behind shadow: what they keep copies of
 * may change now without their hearing of it, and a comparison would show that.
 */
export function dependantsToTakeBack(
  plan: MigrationPlan,
  states: readonly ExtractionState[],
  extraction: PlannedExtraction,
  target: Position,
  isLost = false,
): readonly TakeBack[] {
  const found = new Map<string, TakeBack>();
  const visit = (of: PlannedExtraction, stage: Stage): void => {
    for (const dependant of plan.extractions) {
      const needs = dependant.after.find((it) => it.extraction === of.name);
      const state = states.find((it) => it.name === dependant.name);
      if (needs === undefined || state === undefined || found.has(dependant.name)) continue;
      const answers = stageIndex(state.stage) >= stageIndex('shadow');
      const cutsOver = dependant.cutsOver === of.name && state.stage === 'owner';
      // Tables that are given up take along whoever writes them.
      if (cutsOver && isLost && of === extraction) continue;
      if (!answers || stageIndex(stage) >= stageIndex(cutsOver ? 'owner' : needs.atLeast)) continue;
      const from = positionOf(state);
      const safe = targetBack(dependant, from, dependant.shape.hasTables ? { to: 'replicating' } : {});
      visit(dependant, safe.stage);
      found.set(dependant.name, { extraction: dependant, from, target: safe });
    }
  };
  visit(extraction, target.stage);
  return [...found.values()].filter((it) => stepsBack(it.extraction.shape, it.from, it.target).length > 0);
}
