/** Makes one stored move: each work by its own function, every step stored before it is taken and repeatable after a crash. */

import { crashPoint } from '../crash-points.ts';
import { MigrationError } from '../errors.ts';
import type { PublishReport } from '../route-publisher.ts';
import type { ExtractionState } from '../state.ts';
import { beginStep, dataOf } from './context.ts';
import type { MoveContext } from './context.ts';
import { cutoverStepsOf, startSidePrograms, stopSidePrograms } from './cutover-steps.ts';

/** Does the move's work and returns its numbers for the audit. Throws when it could not be made; then nothing has moved. */
export async function executeMove(context: MoveContext): Promise<unknown> {
  switch (context.move.work) {
    case 'replicate':
      return replicate(context);
    case 'routes':
      return moveRoutes(context, {});
    case 'cutover':
    case 'cutback':
      return moveOwnership(context, context.move.work);
    case 'release':
    case 'retire':
      break;
  }
  return endReplication(context);
}

async function replicate(context: MoveContext): Promise<unknown> {
  const { extraction, report } = context;
  await beginStep(context, 'copying', `Copying ${extraction.tables.map((it) => it.source).join(', ')}.`);
  const copy = await dataOf(context).replicate((progress) => report({ extraction: extraction.name, step: 'copying', ...progress }));
  crashPoint('controller.copied');
  report({
    extraction: extraction.name,
    step: 'copied',
    message: `${copy.rows} rows copied in ${Math.round(copy.ms)} ms; following.`,
    numbers: { rows: copy.rows, ms: Math.round(copy.ms) },
  });
  return { copy, ...(await moveRoutes(context, { follows: 'forward' })) };
}

async function moveRoutes(context: MoveContext, change: Partial<ExtractionState>): Promise<{ routes: PublishReport }> {
  const { store, publisher, move } = context;
  await beginStep(context, 'routes', 'Storing the stage and sending the routes to the gateways.');
  await store.saveState(move.extraction, { stage: move.to.stage, sharePercent: move.to.sharePercent, ...change });
  crashPoint('controller.stage-stored');
  const routes = await publisher.publish();
  crashPoint('controller.routes-pushed');
  tellPublished(context, routes);
  return { routes };
}

function tellPublished({ report, extraction }: MoveContext, routes: PublishReport): void {
  const late = routes.missing.length === 0 ? '' : ` Not yet at: ${routes.missing.join('; ')}.`;
  report({
    extraction: extraction.name,
    step: 'routes',
    message: `Routes ${routes.version} are at all workers after ${Math.round(routes.flipMs)} ms.${late}`,
    numbers: { version: routes.version, flipMs: Math.round(routes.flipMs) },
  });
}

async function moveOwnership(context: MoveContext, direction: 'cutover' | 'cutback'): Promise<unknown> {
  const { report, extraction } = context;
  if (direction === 'cutover') await stopSidePrograms(context);
  await beginStep(
    context,
    direction,
    direction === 'cutover' ? 'Moving ownership to the service.' : 'Moving ownership back to the monolith.',
  );
  const outcome = await dataOf(context).cutover(direction, cutoverStepsOf(context));
  crashPoint('controller.cutover-done');
  if (outcome.cancelled !== undefined) {
    await cancelOwnership(context, direction);
    throw new MigrationError('MIGRATION_CUTOVER_CANCELLED', `The ${direction} cancelled itself: ${outcome.cancelled.reason}`, {
      evidence: outcome,
      fix: outcome.cancelled.fix,
    });
  }
  await finishOwnership(context, direction);
  const text = `Held ${Math.round(outcome.heldMs)} ms (lock ${Math.round(outcome.lockWaitMs)}, drain ${Math.round(outcome.drainMs)}, marker ${Math.round(outcome.markerMs)}, flip ${Math.round(outcome.flipMs)}; budget ${outcome.budgetMs}).`;
  report({
    extraction: extraction.name,
    step: direction,
    message: text,
    numbers: { heldMs: Math.round(outcome.heldMs), epoch: outcome.epoch },
  });
  await context.store.addEvidence(extraction.name, 'cutover', outcome);
  return { cutover: outcome };
}

/** After the flip: the direction of the rows is stored, and on the way back the side programs work again. */
export async function finishOwnership(context: MoveContext, direction: 'cutover' | 'cutback'): Promise<void> {
  const { store, move } = context;
  const follows = direction === 'cutover' ? 'reverse' : 'forward';
  await store.saveState(move.extraction, { stage: move.to.stage, sharePercent: move.to.sharePercent, follows, held: false });
  if (direction === 'cutback') await startSidePrograms(context);
  await context.publisher.publish();
}

/** Before the flip: the former owner goes on as if nothing had been begun. */
export async function cancelOwnership(context: MoveContext, direction: 'cutover' | 'cutback'): Promise<void> {
  await cutoverStepsOf(context).release();
  if (direction === 'cutover') await startSidePrograms(context);
}

async function endReplication(context: MoveContext): Promise<unknown> {
  const done = await moveRoutes(context, { follows: 'none' });
  await beginStep(context, 'releasing', 'Ending replication and removing slots and publications.');
  await dataOf(context).release();
  crashPoint('controller.streams-dropped');
  return done;
}
