/** Hands what a rehearsal found to the controller, where the gate before owner looks for it. */
import type { RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import type { ControllerClient, ProgressLine } from '../controller-client.ts';

/** Throws MIGRATION_WRITES_DIFFER when something differs; it is kept all the same. */
export function tellRehearsal(
  client: ControllerClient,
  extraction: string,
  actor: string,
  evidence: RehearsalEvidence,
): Promise<ProgressLine> {
  return client.move(`/v1/extractions/${encodeURIComponent(extraction)}/rehearsal`, { ...evidence, actor }, () => {});
}
