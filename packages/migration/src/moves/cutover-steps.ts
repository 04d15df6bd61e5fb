/** The gateways' and the side programs' part in a cutover; each change is stored before it is acted on, so that routes can be recomputed after a crash. */

import { crashPoint } from '../crash-points.ts';
import { causeText, MigrationError } from '../errors.ts';
import { followsAfter } from '../extraction-data.ts';
import type { CutoverSteps, OwnershipMove } from '../extraction-data.ts';
import type { StateChange } from '../control-store.ts';
import type { ExtractionState } from '../state.ts';
import type { MoveContext } from './context.ts';
import { beginStep } from './context.ts';
import { positionsAfter } from './together.ts';

/** Hold, flip and release of the routes of one move. All may be repeated. */
export function cutoverStepsOf(context: MoveContext): CutoverSteps {
  const { store, publisher, move } = context;
  let holding: Promise<unknown> | undefined;
  return {
    hold: () => {
      const held = move.work === 'reclaim' ? holdWhatCanBe(context) : holdWrites(context);
      holding = held;
      return held;
    },
    flip: () => flipRoutes(context),
    release: async () => {
      // A hold that the budget gave up on may still be storing itself; released before it, it would come back.
      await holding?.catch(() => undefined);
      const state = await stateOf(context, context.moved.name);
      if (!state?.held) return;
      await store.saveState(context.moved.name, { held: false });
      await publisher.publish();
      crashPoint('controller.hold-released');
    },
  };
}

async function holdWrites({ store, publisher, moved, extraction, report }: MoveContext): Promise<{ drainMs: number }> {
  await store.saveState(moved.name, { held: true });
  crashPoint('controller.hold-stored');
  const { drainMs, version } = await publisher.publishHold(moved.gates.cutoverBudgetMs);
  crashPoint('controller.held');
  report({
    extraction: extraction.name,
    step: 'held',
    message: `Routes ${version} hold writes; those in flight ended after ${Math.round(drainMs)} ms.`,
  });
  return { drainMs };
}

/** What is sent to a lost side cannot count any more, so nobody waits for requests that do not end or for a gateway that does not answer. */
async function holdWhatCanBe(context: MoveContext): Promise<{ drainMs: number }> {
  const began = performance.now();
  try {
    return await holdWrites(context);
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'MIGRATION_GATEWAY_UNREACHABLE') throw error;
    context.report({ extraction: context.extraction.name, step: 'held', message: `Goes on although not all is held: ${causeText(error)}` });
    return { drainMs: performance.now() - began };
  }
}

/**
 * Flips with the hold still on, then ends the hold: no write reaches the new owner before every worker reads from it too. With one
 * push a client could write through a worker that has flipped and miss its own write through one that has not.
 */
async function flipRoutes(context: MoveContext): Promise<{ flipMs: number }> {
  const { store, publisher, moved, extraction, report } = context;
  const started = performance.now();
  await store.saveStates(statesAfter(context, { held: true }));
  crashPoint('controller.flip-stored');
  // While the routes are still held: what a service does for a request follows one owner from its beginning to its end.
  await tellOwner(context);
  await publisher.publish();
  crashPoint('controller.flip-pushed');
  await store.saveState(moved.name, { held: false });
  const { version, missing } = await publisher.publish();
  crashPoint('controller.flipped');
  const late = missing.length === 0 ? '' : ` Not yet at: ${missing.join('; ')}.`;
  report({ extraction: extraction.name, step: 'flipped', message: `Routes ${version} send writes to the new owner.${late}` });
  return { flipMs: performance.now() - started };
}

/** What is stored once the ownership has moved: of the extraction, of its companion, and where the rows of the tables flow. */
export function statesAfter(
  { move, moved, companion }: MoveContext,
  ofTables: Partial<ExtractionState>,
): Readonly<Record<string, StateChange>> {
  const flow = { follows: followsAfter(move.work as OwnershipMove), ...(move.work === 'reclaim' ? { lost: true } : {}), ...ofTables };
  const positions = Object.entries(positionsAfter(move, companion));
  return Object.fromEntries(positions.map(([name, to]) => [name, { ...to, ...(name === moved.name ? flow : {}) }]));
}

/** The owner that the move leads to; told again by whoever completes a move that a crash left. A lost service is told when it is there again. */
export async function tellOwner({ notices, moved, move, monolith }: MoveContext): Promise<void> {
  const { service } = moved;
  if (move.work === 'cutover') await notices.tell(moved, service ?? monolith);
  else await notices.tell(moved, monolith, (program) => move.work !== 'reclaim' || program !== service);
}

async function stateOf(context: MoveContext, name: string): Promise<ExtractionState | undefined> {
  const { states } = await context.store.snapshot();
  return states.find((it) => it.name === name);
}

export async function stopSidePrograms(context: MoveContext): Promise<void> {
  if (context.extraction.sidePrograms.length === 0) return;
  await beginStep(context, 'side-programs', `Stopping ${context.extraction.sidePrograms.join(', ')}.`);
  await context.store.saveState(context.move.extraction, { sideProgramsStopped: true });
  for (const name of context.extraction.sidePrograms) await context.sidePrograms.stop(name);
  crashPoint('controller.side-programs-stopped');
}

/** Starts them again if they were stopped; the state is cleared last, so that a crash in between starts them once more. */
export async function startSidePrograms(context: MoveContext): Promise<void> {
  const state = await stateOf(context, context.move.extraction);
  if (!state?.sideProgramsStopped) return;
  for (const name of context.extraction.sidePrograms) await context.sidePrograms.start(name);
  await context.store.saveState(context.move.extraction, { sideProgramsStopped: false });
  crashPoint('controller.side-programs-started');
}
