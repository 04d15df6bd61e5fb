/** What the state says of an extraction's rows, with types: the controller passes both on as they come from replication. */
import type { ExtractionView } from '@banyan/controller/state-view';
import type { DataStatus } from '@banyan/migration/extraction-data';
import type { VerificationFact } from '@banyan/migration/gate-facts';

export function replicationOf({ replication }: ExtractionView): DataStatus | undefined {
  return replication as DataStatus | undefined;
}

export function verificationOf({ verification }: ExtractionView): VerificationFact | undefined {
  return verification as VerificationFact | undefined;
}
