/** Ends a move that a crash left running: a cutover by its journal, everything else by making it again. */

import { causeText } from '../errors.ts';
import type { OwnershipMove } from '../extraction-data.ts';
import type { Work } from '../stages.ts';
import type { MoveContext } from './context.ts';
import { dataOf } from './context.ts';
import { cutoverStepsOf } from './cutover-steps.ts';
import { cancelOwnership, executeMove, finishOwnership } from './execute.ts';

/** Resumes or cancels the move and stores its end. Throws only when even that is not possible now; call it again later. */
export async function recoverMove(context: MoveContext): Promise<'done' | 'cancelled' | 'failed'> {
  const { store, move } = context;
  if (isOwnershipMove(move.work)) {
    const end = await recoverOwnership(context, move.work);
    await store.finishMove(move, end, { recovered: true, step: move.step });
    return end;
  }
  try {
    await store.finishMove(move, 'done', { recovered: true, step: move.step, outcome: await executeMove(context) });
    return 'done';
  } catch (error) {
    await store.finishMove(move, 'failed', { recovered: true, step: move.step, error: causeText(error) });
    return 'failed';
  }
}

export function isOwnershipMove(work: Work): work is OwnershipMove {
  return work === 'cutover' || work === 'cutback' || work === 'reclaim';
}

async function recoverOwnership(context: MoveContext, direction: OwnershipMove): Promise<'done' | 'cancelled'> {
  const { store, move } = context;
  const outcome = await dataOf(context).recoverCutover(direction, cutoverStepsOf(context));
  const { states } = await store.snapshot();
  const state = states.find((it) => it.name === move.extraction);
  const hasMoved = outcome === 'completed' || (outcome === 'none' && state?.stage === move.to.stage);
  if (hasMoved) await finishOwnership(context, direction);
  else await cancelOwnership(context, direction);
  return hasMoved ? 'done' : 'cancelled';
}
