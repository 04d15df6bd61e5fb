/** Extractions that change stage in one move: one whose routes write the tables of another takes that one along when the owner changes. */

import type { PlannedExtraction } from '../plan.ts';
import type { Position } from '../stages.ts';
import type { ExtractionState, Move } from '../state.ts';

/** An extraction that a change of owner takes along, and where it goes. */
export interface Companion {
  readonly name: string;
  readonly to: Position;
}

/** The positions that a move leads to, by extraction. */
export function positionsAfter(move: Move, companion: Companion | undefined): Readonly<Record<string, Position>> {
  return { [move.extraction]: move.to, ...(companion === undefined ? {} : { [companion.name]: companion.to }) };
}

const planned: Position = { stage: 'planned', sharePercent: 0 };
const heldAtCanary: Position = { stage: 'canary', sharePercent: 100 };

/** Undefined when the move concerns its own extraction alone. */
export function companionOf(extraction: PlannedExtraction, move: Move, states: readonly ExtractionState[]): Companion | undefined {
  const { cutsOver, cutOverBy } = extraction;
  const isOwner = (name: string) => states.some((it) => it.name === name && it.stage === 'owner');
  if (cutsOver !== undefined && (move.work === 'cutover' || move.work === 'retire')) return { name: cutsOver, to: move.to };
  if (cutsOver !== undefined && move.work === 'cutback') return { name: cutsOver, to: heldAtCanary };
  // Whose tables are given up has nothing left to write.
  if (cutOverBy !== undefined && move.work === 'reclaim' && isOwner(cutOverBy)) return { name: cutOverBy, to: planned };
  return undefined;
}
