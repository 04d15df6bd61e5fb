/** The end of a migration: in which order its extractions are retired, and when the monolith is no longer needed. */

import { restOf } from './plan.ts';
import type { MigrationPlan, PlannedExtraction } from './plan.ts';
import type { ExtractionState } from './state.ts';

/** Each behind those that still need it in the monolith. One that is cut over by another is retired with that one, and left out. */
export function retirementOrder({ extractions }: MigrationPlan): readonly PlannedExtraction[] {
  const order: PlannedExtraction[] = [];
  const isRetired = (by: string | undefined) => by !== undefined && order.some((it) => it.name === by || it.cutsOver === by);
  let left = extractions.filter(({ cutOverBy }) => cutOverBy === undefined);
  for (;;) {
    // Of several that may go, the one that came last.
    const next = left.findLast(({ readByMonolith }) => readByMonolith.every(({ by }) => isRetired(by)));
    if (next === undefined) return order;
    order.push(next);
    left = left.filter((it) => it !== next);
  }
}

/** Whether nothing reaches the monolith any more: what no extraction names is answered elsewhere, and all of them are retired. */
export function isMonolithOff(plan: MigrationPlan, states: readonly ExtractionState[]): boolean {
  const isRetired = (name: string) => states.some((it) => it.name === name && it.stage === 'retired');
  return restOf(plan) !== undefined && plan.extractions.every(({ name }) => isRetired(name));
}
