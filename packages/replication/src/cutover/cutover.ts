// Moves the ownership of tables from one side to the other, in either direction, or leaves everything as it was.
import { randomUUID } from 'node:crypto';
import { carrySequences } from '../catalogue/sequences.ts';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { closeFence, openFence } from '../fence/close-fence.ts';
import { compareKeys } from '../verify/rows-by-key.ts';
import { Budget } from './budget.ts';
import { reasonOf } from './cancelled.ts';
import { flipRoutes } from './flip.ts';
import { nextEpoch, type PreparedCutover, prepareCutover, tablesOf } from './prepare.ts';
import { cancelCutover, completeCutover } from './recover.ts';
import type { CutoverOptions, CutoverReport, CutoverState, CutoverStep } from './types.ts';

type Timings = { -readonly [K in keyof CutoverReport]: CutoverReport[K] };

/**
 * hold routes -> fence `from` -> mark applied -> sequences carried, touched keys verified -> open `to` (point of no return) -> flip routes.
 *
 * Before the point of no return every failure, an exceeded budget and the caller's signal cancel: `from` is open again, routes are
 * released, and the report says why. After it the cutover completes; if it cannot (the gateway is gone), it throws, and recoverCutover
 * completes it later. Throws REPLICATION_CUTOVER_RUNNING when a cutover is journalled already and REPLICATION_CUTOVER_UNDECIDED
 * when `to` cannot be asked whether it was opened.
 */
export async function cutover(options: CutoverOptions): Promise<CutoverReport> {
  const known = await options.journal.read();
  if (known !== undefined) {
    throw new ReplicationError(
      'REPLICATION_CUTOVER_RUNNING',
      `A cutover ${known.from} -> ${known.to} is journalled at step "${known.step}".`,
    );
  }
  let epoch: bigint;
  try {
    epoch = await nextEpoch(options);
  } catch (error) {
    if (!isInTheWay(error)) throw error;
    return { ...emptyReport(options, 0n), cancelled: reasonOf(error) }; // nothing was journalled, held or changed
  }
  const state = (step: CutoverStep): CutoverState => ({
    step,
    from: options.from.name,
    to: options.to.name,
    epoch: String(epoch),
    tables: tablesOf(options),
  });
  const report = emptyReport(options, epoch);
  await options.journal.write(state('preparing'));
  crashPoint('cutover.journalled');
  const run: CutoverRun = { options, epoch, state, report, heldAt: undefined, step: 'preparing' };
  try {
    await crossOver(run);
  } catch (error) {
    return await giveUp(run, error);
  }
  await flip(run);
  await completeCutover(options, state('finishing'));
  return report;
}

interface CutoverRun {
  readonly options: CutoverOptions;
  readonly epoch: bigint;
  readonly state: (step: CutoverStep) => CutoverState;
  readonly report: Timings;
  heldAt: number | undefined;
  step: CutoverStep;
}

/** Everything up to and including the point of no return. */
async function crossOver(run: CutoverRun): Promise<void> {
  const { options, report } = run;
  options.signal?.throwIfAborted();
  const prepared = await prepareCutover(options);
  try {
    run.step = 'fencing';
    await options.journal.write(run.state('fencing'));
    const budget = new Budget(report.budgetMs, options.signal);
    run.heldAt = performance.now();
    const held = await budget.wait('holding the routes', options.routes.hold());
    report.drainMs = held.drainMs;
    crashPoint('cutover.held');
    await fenceAndDrain(run, prepared, budget);
    // A rogue write on `to` stops the reverse stream; its mark says that there was none up to this moment.
    const clean = options.reverseStream.mark({ timeoutMs: budget.remainingMs() });
    clean.catch(() => {}); // awaited below, unless something else cancels first
    await carryAndVerify(run, prepared, budget);
    await budget.wait('looking for rogue writes', clean);
    run.step = 'opening';
    await budget.wait('journalling', options.journal.write(run.state('opening')));
    crashPoint('cutover.open-journalled');
    const opening = performance.now();
    const tables = tablesOf(options).map((table) => table.target);
    await openFence(prepared.to, { tables, epoch: run.epoch, lockTimeoutMs: budget.remainingMs(), announce: options.reverseStream.name });
    report.openMs = performance.now() - opening;
    crashPoint('cutover.opened');
  } finally {
    prepared.close();
  }
}

async function fenceAndDrain(run: CutoverRun, prepared: PreparedCutover, budget: Budget): Promise<void> {
  const { options, report } = run;
  const mark = randomUUID();
  const drained = options.forwardStream.expectMark(mark, { timeoutMs: budget.remainingMs() });
  drained.catch(() => {}); // when the fence fails first, the missing mark is only its consequence
  const lockTimeoutMs = Math.min(options.lockTimeoutMs ?? 1_000, budget.remainingMs());
  const tables = tablesOf(options).map((table) => table.source);
  const fenced = await budget.wait('closing the fence', closeFence(prepared.from, { tables, lockTimeoutMs, mark }));
  report.lockWaitMs = fenced.lockWaitMs;
  crashPoint('cutover.fenced');
  const started = performance.now();
  await budget.wait('waiting for the mark', drained);
  report.markerMs = performance.now() - started;
  crashPoint('cutover.drained');
}

/** Both sides stand still, so rows are simply compared; the sequences travel meanwhile. */
async function carryAndVerify(run: CutoverRun, prepared: PreparedCutover, budget: Budget): Promise<void> {
  const { options, report } = run;
  const started = performance.now();
  await budget.wait('carrying sequences', carrySequences(prepared.from, prepared.to, prepared.sequences));
  crashPoint('cutover.sequences-carried');
  const touched = options.forwardStream.takeTouchedKeys();
  const count = [...touched.tables.values()].reduce((sum, keys) => sum + keys.length, 0);
  if (touched.overflowed || count > (options.maxTouchedKeys ?? 2_000)) {
    throw new ReplicationError(
      'REPLICATION_TIMEOUT',
      `${touched.overflowed ? 'Too many' : count} keys changed while the cutover was prepared.`,
    );
  }
  for (const pair of prepared.pairs) {
    const keys = touched.tables.get(pair.target.name) ?? [];
    const compared = await budget.wait('verifying', compareKeys(prepared.from, prepared.to, pair, keys));
    if (compared.differences.length > 0) {
      const list = compared.differences.slice(0, 3).map((one) => `${one.kind} (${one.detail})`);
      throw new ReplicationError(
        'REPLICATION_DIFFERENCES',
        `${compared.differences.length} rows of ${pair.target.name} differ: ${list.join('; ')}.`,
      );
    }
  }
  report.verifiedKeys = count;
  report.verifyMs = performance.now() - started;
  crashPoint('cutover.verified');
}

async function flip(run: CutoverRun): Promise<void> {
  const { options, report } = run;
  await options.journal.write(run.state('flipping'));
  crashPoint('cutover.flip-journalled');
  const flipped = await flipRoutes(options.routes);
  report.flipMs = flipped.flipMs;
  report.heldMs = performance.now() - (run.heldAt ?? performance.now());
  crashPoint('cutover.flipped');
}

async function giveUp(run: CutoverRun, error: unknown): Promise<CutoverReport> {
  const { options, report } = run;
  const outcome = await cancelCutover(options, run.state(run.step));
  report.heldMs = run.heldAt === undefined ? 0 : performance.now() - run.heldAt;
  if (outcome === 'completed') return report; // `to` had been opened although the answer was lost
  report.cancelled = reasonOf(error);
  return report;
}

function isInTheWay(error: unknown): boolean {
  return error instanceof ReplicationError && error.code === 'REPLICATION_FENCE_LOCK_TIMEOUT';
}

function emptyReport(options: CutoverOptions, epoch: bigint): Timings {
  return {
    direction: `${options.from.name} -> ${options.to.name}`,
    epoch: String(epoch),
    heldMs: 0,
    drainMs: 0,
    lockWaitMs: 0,
    markerMs: 0,
    verifyMs: 0,
    openMs: 0,
    flipMs: 0,
    budgetMs: options.budgetMs ?? 2_000,
    verifiedKeys: 0,
  };
}
