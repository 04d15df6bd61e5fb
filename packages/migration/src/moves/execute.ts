/** Makes one stored move: each work by its own function, every step stored before it is taken and repeatable after a crash. */

import { crashPoint } from '../crash-points.ts';
import { MigrationError } from '../errors.ts';
import type { OwnershipMove } from '../extraction-data.ts';
import type { PublishReport } from '../route-publisher.ts';
import type { ExtractionState } from '../state.ts';
import { beginStep, dataOf } from './context.ts';
import type { MoveContext } from './context.ts';
import { cutoverStepsOf, startSidePrograms, statesAfter, stopSidePrograms, tellOwner } from './cutover-steps.ts';
import { positionsAfter } from './together.ts';

/** Does the move's work and returns its numbers for the audit. Throws when it could not be made; then nothing has moved. */
export async function executeMove(context: MoveContext): Promise<unknown> {
  switch (context.move.work) {
    case 'replicate':
      return replicate(context);
    case 'routes':
      return moveRoutes(context, undefined);
    case 'cutover':
    case 'cutback':
    case 'reclaim':
      return moveOwnership(context, context.move.work);
    case 'release':
    case 'retire':
      break;
  }
  return endReplication(context);
}

async function replicate(context: MoveContext): Promise<unknown> {
  const { extraction, report } = context;
  // The outbox numbers what the rows tell from the first change on.
  const continued = await context.sequences.continueAfterLog(extraction);
  if (continued > 0)
    report({
      extraction: extraction.name,
      step: 'sequences',
      message: `The events of ${continued} keys go on after the numbers that the event store knows.`,
      numbers: { keys: continued },
    });
  await beginStep(context, 'copying', `Copying ${extraction.tables.map((it) => it.source).join(', ')}.`);
  const copy = await dataOf(context).replicate((progress) => report({ extraction: extraction.name, step: 'copying', ...progress }));
  crashPoint('controller.copied');
  // What the service keeps of others is of the time when it was last in use.
  await context.projections.askToFill(extraction);
  report({
    extraction: extraction.name,
    step: 'copied',
    message: `${copy.rows} rows copied in ${Math.round(copy.ms)} ms; following.`,
    numbers: { rows: copy.rows, ms: Math.round(copy.ms) },
  });
  const done = await moveRoutes(context, { follows: 'forward' });
  await greetReturned(context);
  return { copy, ...done };
}

/** The copy has closed the fence of what came in the place of a lost database; it may still believe that it owns. */
async function greetReturned({ store, notices, extraction, monolith }: MoveContext): Promise<void> {
  const { states } = await store.snapshot();
  if (states.find((it) => it.name === extraction.name)?.lost !== true) return;
  await notices.tell(extraction, monolith);
  await store.saveState(extraction.name, { lost: false });
}

async function moveRoutes(
  context: MoveContext,
  ofTables: Pick<ExtractionState, 'follows'> | undefined,
): Promise<{ routes: PublishReport }> {
  const { store, publisher, move, moved, companion } = context;
  await beginStep(context, 'routes', 'Storing the stage and sending the routes to the gateways.');
  const positions = Object.entries(positionsAfter(move, companion));
  await store.saveStates(Object.fromEntries(positions.map(([name, to]) => [name, { ...to, ...(name === moved.name ? ofTables : {}) }])));
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

const ownershipTexts: Readonly<Record<OwnershipMove, string>> = {
  cutover: 'Moving ownership to the service.',
  cutback: 'Moving ownership back to the monolith.',
  reclaim: 'Moving ownership back to the monolith without asking the service, whose database is lost.',
};

async function moveOwnership(context: MoveContext, direction: OwnershipMove): Promise<unknown> {
  const { report, extraction } = context;
  if (direction === 'cutover') await stopSidePrograms(context);
  await beginStep(context, direction, ownershipTexts[direction]);
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
export async function finishOwnership(context: MoveContext, direction: OwnershipMove): Promise<void> {
  await context.store.saveStates(statesAfter(context, { held: false }));
  if (direction !== 'cutover') await startSidePrograms(context);
  await tellOwner(context);
  await context.publisher.publish();
  // What the monolith changed while it owned the tables was told to nobody who keeps a copy of them.
  if (direction === 'cutover') for (const dependant of context.dependants) await context.projections.askToFill(dependant);
}

/** Before the flip: the former owner goes on as if nothing had been begun. */
export async function cancelOwnership(context: MoveContext, direction: OwnershipMove): Promise<void> {
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
