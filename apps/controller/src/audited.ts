/** What an operator does, in the audit: once before it is done, and once with what came of it. */

import { causeText } from '@banyan/migration/errors';
import type { ControlStore } from '@banyan/migration/control-store';

export interface Deed {
  readonly actor: string;
  /** `redrive`, `saga retry`, … */
  readonly action: string;
  readonly service: string;
  readonly reason: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** `<action>.begun` before the work, `<action>.done` with its outcome or `<action>.failed` with its error after it; nothing is done that was not written down. */
export async function audited<Outcome>(store: Pick<ControlStore, 'addAudit'>, deed: Deed, work: () => Promise<Outcome>): Promise<Outcome> {
  const write = (end: string, more: Readonly<Record<string, unknown>>) => {
    const { actor, action, service, reason, detail } = deed;
    return store.addAudit({ actor, action: `${action}.${end}`, extraction: service, reason, detail: { ...detail, ...more } });
  };
  await write('begun', {});
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    await write('failed', { error: causeText(error) });
    throw error;
  }
  await write('done', { outcome });
  return outcome;
}
