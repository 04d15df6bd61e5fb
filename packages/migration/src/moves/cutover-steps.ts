/** The gateways' and the side programs' part in a cutover; each change is stored before it is acted on, so that routes can be recomputed after a crash. */

import { crashPoint } from '../crash-points.ts';
import type { CutoverSteps } from '../extraction-data.ts';
import type { ExtractionState } from '../state.ts';
import type { MoveContext } from './context.ts';
import { beginStep } from './context.ts';

/** Hold, flip and release of the routes of one move. All may be repeated. */
export function cutoverStepsOf(context: MoveContext): CutoverSteps {
  const { store, publisher, move } = context;
  let holding: Promise<unknown> | undefined;
  return {
    hold: () => {
      const held = holdWrites(context);
      holding = held;
      return held;
    },
    flip: () => flipRoutes(context),
    release: async () => {
      // A hold that the budget gave up on may still be storing itself; released before it, it would come back.
      await holding?.catch(() => undefined);
      const state = await stateOf(context);
      if (!state?.held) return;
      await store.saveState(move.extraction, { held: false });
      await publisher.publish();
      crashPoint('controller.hold-released');
    },
  };
}

async function holdWrites({ store, publisher, move, extraction, report }: MoveContext): Promise<{ drainMs: number }> {
  await store.saveState(move.extraction, { held: true });
  crashPoint('controller.hold-stored');
  const { drainMs, version } = await publisher.publishHold(extraction.gates.cutoverBudgetMs);
  crashPoint('controller.held');
  report({
    extraction: extraction.name,
    step: 'held',
    message: `Routes ${version} hold writes; those in flight ended after ${Math.round(drainMs)} ms.`,
  });
  return { drainMs };
}

/**
 * Flips with the hold still on, then ends the hold: no write reaches the new owner before every worker reads from it too. With one
 * push a client could write through a worker that has flipped and miss its own write through one that has not.
 */
async function flipRoutes({ store, publisher, move, extraction, report }: MoveContext): Promise<{ flipMs: number }> {
  const started = performance.now();
  const follows = move.work === 'cutover' ? 'reverse' : 'forward';
  await store.saveState(move.extraction, { stage: move.to.stage, sharePercent: move.to.sharePercent, follows, held: true });
  crashPoint('controller.flip-stored');
  await publisher.publish();
  crashPoint('controller.flip-pushed');
  await store.saveState(move.extraction, { held: false });
  const { version, missing } = await publisher.publish();
  crashPoint('controller.flipped');
  const late = missing.length === 0 ? '' : ` Not yet at: ${missing.join('; ')}.`;
  report({ extraction: extraction.name, step: 'flipped', message: `Routes ${version} send writes to the new owner.${late}` });
  return { flipMs: performance.now() - started };
}

async function stateOf(context: MoveContext): Promise<ExtractionState | undefined> {
  const { states } = await context.store.snapshot();
  return states.find((it) => it.name === context.move.extraction);
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
  const state = await stateOf(context);
  if (!state?.sideProgramsStopped) return;
  for (const name of context.extraction.sidePrograms) await context.sidePrograms.start(name);
  await context.store.saveState(context.move.extraction, { sideProgramsStopped: false });
  crashPoint('controller.side-programs-started');
}
