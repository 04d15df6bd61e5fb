/** Whether the services may mend what was wrong with the monolith: differences from it begin when it is off, by a decision of their own. */

import type { ControlStore } from './control-store.ts';
import { MigrationError } from './errors.ts';
import { restOf } from './plan.ts';
import type { MigrationPlan } from './plan.ts';
import { isMonolithOff } from './retirement.ts';

/** What whoever runs the programs has to know. */
export interface EndState {
  readonly isMonolithOff: boolean;
  /** The services run with their corrections. */
  readonly corrections: boolean;
}

export interface CorrectionsRequest {
  readonly on: boolean;
  readonly actor: string;
  readonly reason?: string;
}

const kind = 'corrections';

export async function endState(plan: MigrationPlan, store: ControlStore): Promise<EndState> {
  const { states } = await store.snapshot();
  const rest = restOf(plan);
  const isOff = isMonolithOff(plan, states);
  if (!isOff || rest === undefined) return { isMonolithOff: false, corrections: false };
  const [newest] = await store.evidence({ extraction: rest.name, kind, limit: 1 });
  return { isMonolithOff: true, corrections: (newest?.body as { readonly on?: boolean } | undefined)?.on === true };
}

/** Stores and audits it; the programs are started anew by whoever runs them. Throws MIGRATION_MOVE_INVALID while the monolith is needed. */
export async function setCorrections(
  plan: MigrationPlan,
  store: ControlStore,
  { on, actor, reason }: CorrectionsRequest,
): Promise<EndState> {
  const rest = restOf(plan);
  if (rest === undefined || !(await endState(plan, store)).isMonolithOff)
    throw new MigrationError('MIGRATION_MOVE_INVALID', 'Corrections are differences from the monolith, which is not off yet.', {
      fix: 'Run: banyan retire',
    });
  await store.addEvidence(rest.name, kind, { on, actor, ...(reason === undefined ? {} : { reason }) });
  await store.addAudit({
    actor,
    action: on ? 'corrections.on' : 'corrections.off',
    extraction: rest.name,
    ...(reason === undefined ? {} : { reason }),
    detail: { on },
  });
  return { isMonolithOff: true, corrections: on };
}
