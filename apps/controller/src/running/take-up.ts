/** Takes up the work where it was left: ends what a crash left half, and follows as stored. */

import { causeText } from '@banyan/migration/errors';
import { plannedExtraction, tablesMovedBy } from '@banyan/migration/plan';
import type { Report } from '@banyan/migration/mover';
import type { Logger } from '@banyan/telemetry';
import type { Parts } from './assemble.ts';

export interface TakeUpOptions {
  readonly parts: Pick<Parts, 'loaded' | 'store' | 'mover' | 'data'>;
  readonly report: Report;
  readonly logger: Logger;
  /** Databases have been waited for long enough: what they keep from being done is left to the mending. */
  readonly isLate: boolean;
}

/**
 * Throws while a database may still be starting. One that is gone must not keep the others from being looked after, nor the operator from saying that
 * it is lost: then it is logged, and mended when the database is there again.
 */
export async function takeUp(options: TakeUpOptions): Promise<void> {
  const { loaded, mover, store, data } = options.parts;
  await unlessGone(options, async () => {
    const recovered = await mover.recover(options.report);
    if (recovered === undefined) return;
    const { move, end } = recovered;
    options.logger.warn({ event: 'move.recovered', move, end }, `A move left running is ${end}.`);
  });
  const left = await store.runningMove();
  const movedByIt = left === undefined ? undefined : tablesMovedBy(loaded.plan, plannedExtraction(loaded.plan, left.extraction)).name;
  const { states } = await store.snapshot();
  for (const { name, follows } of states) {
    if (name !== movedByIt) await unlessGone(options, async () => data.get(name)?.follow(follows));
  }
}

async function unlessGone({ isLate, logger }: TakeUpOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isLate && !isGone(error)) throw error;
    logger.warn({ event: 'recovery.postponed' }, causeText(error));
  }
}

const goneCodes = new Set<unknown>([
  '3D000', // the database does not exist
  'REPLICATION_SOURCE_CHANGED',
  'REPLICATION_SLOT_MISSING',
  'REPLICATION_SLOT_RECREATED',
  'REPLICATION_SLOT_LOST',
  'REPLICATION_NOT_COPIED',
]);

/** Waiting does not bring it back. */
function isGone(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (goneCodes.has((at as { readonly code?: unknown }).code)) return true;
  return false;
}
