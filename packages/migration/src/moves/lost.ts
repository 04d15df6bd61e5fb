/** Databases of services that are lost: what comes in their place is kept from writing until it has a right to. */

import type { ExtractionData } from '../extraction-data.ts';
import type { MigrationPlan } from '../plan.ts';
import type { MoveContext } from './context.ts';

export interface LostOptions extends Pick<MoveContext, 'store' | 'notices' | 'monolith' | 'report'> {
  readonly plan: MigrationPlan;
  readonly data: ReadonlyMap<string, ExtractionData>;
}

/** A stream back that gave up is the sign that its source is not there, or is another one. */
export function hasLostItsSource(rows: ExtractionData): boolean {
  const { follows, state } = rows.status();
  return follows === 'reverse' && state === 'failed';
}

/** Answers whether a database that was given up is still awaited. */
export async function closeWhatReturns({ plan, store, data, notices, monolith, report }: LostOptions): Promise<boolean> {
  const { states } = await store.snapshot();
  let isAwaiting = false;
  for (const extraction of plan.extractions) {
    const { name, service } = extraction;
    const rows = data.get(name);
    const isLost = states.find((it) => it.name === name)?.lost === true;
    if (rows === undefined || (!isLost && !hasLostItsSource(rows))) continue;
    const isClosed = await rows.closeReturned();
    isAwaiting ||= isLost && !isClosed;
    if (!isLost || !isClosed) continue;
    await notices.tell(extraction, monolith, (program) => program === service);
    await store.saveState(name, { lost: false });
    report({
      extraction: name,
      step: 'returned',
      message: `The database of ${service} is there; it may not write before it is the owner.`,
    });
  }
  return isAwaiting;
}
