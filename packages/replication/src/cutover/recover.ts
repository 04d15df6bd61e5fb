// Brings a cutover that was interrupted anywhere to one of its two ends.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { openFenceSession, reopenFence } from '../fence/close-fence.ts';
import { readFence } from '../fence/fence.ts';
import { messageOf } from '../postgres/failure.ts';
import { closeSession } from '../postgres/session.ts';
import { flipRoutes } from './flip.ts';
import type { CutoverOptions, CutoverState, Side } from './types.ts';

/**
 * Reads the journal and ends the cutover it names: before the point of no return it is cancelled, after it completed. `none` when
 * nothing is journalled. May be called again after any failure; pass the options of the cutover that was interrupted.
 */
export async function recoverCutover(options: CutoverOptions): Promise<'none' | 'cancelled' | 'completed'> {
  const state = await options.journal.read();
  if (state === undefined) return 'none';
  if (state.from !== options.from.name || state.to !== options.to.name) {
    const message = `The journal holds ${state.from} -> ${state.to}, not ${options.from.name} -> ${options.to.name}.`;
    throw new ReplicationError('REPLICATION_CUTOVER_RUNNING', message);
  }
  if (state.step === 'flipping') await startAndFlip(options);
  if (state.step === 'flipping' || state.step === 'finishing') return completeCutover(options, { ...state, step: 'finishing' });
  return cancelCutover(options, state);
}

/**
 * Cancels, unless `to` turns out to be open. The epoch is spent on `to` first: an opening that is still under way in a session of a
 * dead process then finds its epoch taken and fails, so the answer cannot change behind our back.
 */
export async function cancelCutover(options: CutoverOptions, state: CutoverState): Promise<'cancelled' | 'completed'> {
  if (state.step === 'opening' && !(await denyOpening(options.to, state))) {
    await startAndFlip(options);
    return completeCutover(options, { ...state, step: 'finishing' });
  }
  if (state.step !== 'preparing') {
    await onSide(options.from.url, (from) =>
      reopenFence(
        from,
        state.tables.map((table) => table.source),
      ),
    );
    await options.routes.release();
  }
  await options.reverseStream.drop();
  await options.journal.clear();
  return 'cancelled';
}

/** The new owner is open and routes point to it: the old stream goes, the new one is live. */
export async function completeCutover(options: CutoverOptions, state: CutoverState): Promise<'completed'> {
  await options.journal.write(state);
  crashPoint('cutover.finish-journalled');
  await options.reverseStream.start();
  await options.forwardStream.stop();
  await options.reverseStream.mark(); // it has now passed everything the old stream wrote, so that stream's origin may go
  await options.forwardStream.drop();
  await options.journal.clear();
  crashPoint('cutover.finished');
  return 'completed';
}

async function startAndFlip(options: CutoverOptions): Promise<void> {
  await options.reverseStream.start();
  await flipRoutes(options.routes);
  crashPoint('cutover.flipped');
}

/** True when `to` will never open under this epoch, false when it has. */
export async function denyOpening(side: Side, state: Pick<CutoverState, 'epoch' | 'tables'>): Promise<boolean> {
  const tables = state.tables.map((table) => table.target);
  try {
    return await onSide(side.url, async (to) => {
      await to.query('update banyan.fence set epoch = $2 where table_name = any($1) and epoch < $2', [tables, state.epoch]);
      const states = await readFence(to, tables);
      return states.some((fence) => fence.closed);
    });
  } catch (error) {
    throw new ReplicationError('REPLICATION_CUTOVER_UNDECIDED', `${side.name} does not say whether it was opened: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** Tries for 10 s, because a side that is restarting is the usual reason to be here. */
export async function onSide<T>(url: string, work: (session: Client) => Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    let session: Client | undefined;
    try {
      session = await openFenceSession(url);
      return await work(session);
    } catch (error) {
      if (performance.now() + pauseMs > deadline) throw error;
    } finally {
      closeSession(session);
    }
    await sleep(pauseMs);
  }
}
