// Gives the tables back to the side that has a copy of all rows, without asking the side whose database is lost.
import type { Client } from 'pg';
import { installBookkeeping } from '../bookkeeping/schema.ts';
import { requireSoundReferences } from '../catalogue/dangling-references.ts';
import { loadSequences, type RaisedSequence, raiseSequences } from '../catalogue/sequences.ts';
import { crashPoint } from '../crash-points.ts';
import { openFence, openFenceSession } from '../fence/close-fence.ts';
import { readFence } from '../fence/fence.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { closeSession, openSession } from '../postgres/session.ts';
import { dropSourcePart, dropTargetPart } from '../stream/prepare.ts';
import type { ReplicationStream } from '../stream/options.ts';
import { takeOrigin } from '../stream/slot.ts';
import { reasonOf } from './cancelled.ts';
import { flipRoutes } from './flip.ts';
import { denyOpening, onSide } from './recover.ts';
import type { CutoverJournal, CutoverReport, CutoverRoutes, CutoverState, CutoverStep, Side } from './types.ts';

export interface ReclaimOptions {
  /** The side whose database is gone, or is there again without the tables' fence. Nothing is asked of it. */
  readonly lost: Side;
  readonly to: Side;
  /** lost -> to: what it has brought is what there is. */
  readonly reverseStream: ReplicationStream;
  /** to -> lost. */
  readonly forwardStream: ReplicationStream;
  readonly routes: CutoverRoutes;
  readonly journal: CutoverJournal;
  /** How long writers of `to` may hold up the opening. Default 1 000 ms. */
  readonly lockTimeoutMs?: number;
}

export interface ReclaimReport extends CutoverReport {
  readonly sequences: readonly RaisedSequence[];
}

/** The lost side's epoch cannot be asked; a move spends one, or a few when it is cancelled late. */
const epochsLeftOut = 1_000n;

/**
 * stop the reverse stream -> hold routes -> sequences set past the highest keys -> open `to` under a later epoch, the stream's position
 * ended with it (point of no return) -> flip routes -> what the streams left on `to` goes. Before the point of no return every failure
 * cancels: routes are released, and the report says why. After it the reclaim completes; if it cannot, it throws, and recoverReclaim completes
 * it later. A journal of a cutover that can no more be ended is overwritten. When `to` is open already, only the routes are flipped.
 */
export async function reclaim(options: ReclaimOptions): Promise<ReclaimReport> {
  await Promise.all([options.reverseStream.stop(), options.forwardStream.stop()]);
  const epoch = await nextEpoch(options);
  const report = emptyReport(options, epoch);
  const state = (step: CutoverStep): CutoverState => ({
    step,
    from: options.lost.name,
    to: options.to.name,
    epoch: String(epoch),
    tables: options.reverseStream.options.tables,
  });
  await options.journal.write(state('preparing'));
  crashPoint('reclaim.journalled');
  const run: ReclaimRun = { options, epoch, state, report, heldAt: performance.now(), step: 'preparing' };
  try {
    await openAgain(run);
  } catch (error) {
    if (!(await wasOpened(options, state(run.step)))) {
      await cancel(options);
      return { ...report, cancelled: reasonOf(error) };
    }
  }
  await options.journal.write(state('flipping'));
  crashPoint('reclaim.flip-journalled');
  report.flipMs = (await flipRoutes(options.routes)).flipMs;
  report.heldMs = performance.now() - run.heldAt;
  await finish(options, state('finishing'));
  return report;
}

/** Ends a reclaim that was interrupted anywhere: cancelled before the point of no return, else completed. `none` when none is journalled. */
export async function recoverReclaim(options: ReclaimOptions): Promise<'none' | 'cancelled' | 'completed'> {
  const state = await options.journal.read();
  if (state === undefined) return 'none';
  if (!(await wasOpened(options, state))) {
    await cancel(options);
    return 'cancelled';
  }
  if (state.step !== 'finishing') await flipRoutes(options.routes);
  await finish(options, { ...state, step: 'finishing' });
  return 'completed';
}

interface ReclaimRun {
  readonly options: ReclaimOptions;
  readonly epoch: bigint;
  readonly state: (step: CutoverStep) => CutoverState;
  readonly report: { -readonly [K in keyof ReclaimReport]: ReclaimReport[K] };
  heldAt: number;
  step: CutoverStep;
}

/** Everything up to and including the point of no return. */
async function openAgain(run: ReclaimRun): Promise<void> {
  const { options, report } = run;
  const { to, reverseStream } = options;
  const tables = reverseStream.options.tables.map((table) => table.target);
  const applier = await openSession(to.url, { name: `${reverseStream.name} apply` });
  const session = await openFenceSession(to.url).catch((error: unknown) => {
    closeSession(applier);
    throw error;
  });
  try {
    if (await isOpen(session, tables)) return;
    // Whoever might still apply rows of the lost side does so under this origin; from now on nobody can.
    await withRightsExplained(() => takeOrigin(applier, reverseStream.name, reverseStream.options.limits?.busyTimeoutMs ?? 10_000));
    await requireSoundReferences(session, tables, to.name);
    const sequences = await loadSequences(session, tables);
    run.step = 'fencing';
    await options.journal.write(run.state('fencing'));
    run.heldAt = performance.now();
    report.drainMs = (await options.routes.hold()).drainMs;
    report.sequences = await raiseSequences(session, sequences);
    crashPoint('reclaim.sequences-raised');
    run.step = 'opening';
    await options.journal.write(run.state('opening'));
    crashPoint('reclaim.open-journalled');
    const opening = performance.now();
    const { lockTimeoutMs = 1_000 } = options;
    await openFence(session, { tables, epoch: run.epoch, lockTimeoutMs, ends: reverseStream.name });
    report.openMs = performance.now() - opening;
    crashPoint('reclaim.opened');
  } finally {
    closeSession(applier);
    closeSession(session);
  }
}

/** False when `to` was not opened, and will not be under this epoch. Another move's journal says that this one had not begun. */
async function wasOpened(options: ReclaimOptions, state: CutoverState): Promise<boolean> {
  if (state.to !== options.to.name) return false;
  if (state.step === 'opening') return !(await denyOpening(options.to, state));
  return state.step === 'flipping' || state.step === 'finishing';
}

async function cancel({ routes, journal }: ReclaimOptions): Promise<void> {
  await routes.release();
  await journal.clear();
}

/** The lost side's parts are gone with it; what comes back is the business of closeReturned. */
async function finish(options: ReclaimOptions, state: CutoverState): Promise<void> {
  crashPoint('reclaim.flipped');
  await options.journal.write(state);
  await dropTargetPart(options.reverseStream.options);
  await dropSourcePart(options.forwardStream.options);
  await options.journal.clear();
  crashPoint('reclaim.finished');
}

async function isOpen(session: Client, tables: readonly string[]): Promise<boolean> {
  return (await readFence(session, tables)).every((state) => !state.closed);
}

async function nextEpoch({ to, journal, reverseStream }: ReclaimOptions): Promise<bigint> {
  const journalled = BigInt((await journal.read())?.epoch ?? '0');
  const tables = reverseStream.options.tables.map((table) => table.target);
  const states = await onSide(to.url, async (session) => {
    await installBookkeeping(session);
    return readFence(session, tables);
  });
  return states.reduce((highest, state) => (state.epoch > highest ? state.epoch : highest), journalled) + epochsLeftOut;
}

function emptyReport({ lost, to }: ReclaimOptions, epoch: bigint): { -readonly [K in keyof ReclaimReport]: ReclaimReport[K] } {
  const times = { heldMs: 0, drainMs: 0, lockWaitMs: 0, markerMs: 0, verifyMs: 0, openMs: 0, flipMs: 0, budgetMs: 0 };
  return { direction: `${lost.name} -> ${to.name}`, epoch: String(epoch), ...times, verifiedKeys: 0, sequences: [] };
}
