/** The audit as clients see it: the newest entries, and whether the whole chain holds. */

import { type AuditCheck, type AuditEntry, readAudit, verifyAudit } from '@banyan/migration/audit';
import type { ControlDatabase } from '@banyan/migration/control-database';
import { MigrationError } from '@banyan/migration/errors';
import { type ErrorBody, errorToBody } from './errors.ts';

export interface AuditView {
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  readonly check: ({ readonly intact: true } & AuditCheck) | { readonly intact: false; readonly error: ErrorBody };
}

export async function viewAudit(database: Pick<ControlDatabase, 'read'>, limit: number): Promise<AuditView> {
  const entries = await readAudit(database, limit);
  try {
    return { entries, check: { intact: true, ...(await verifyAudit(database)) } };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'MIGRATION_AUDIT_BROKEN') throw error;
    return { entries, check: { intact: false, error: errorToBody(error) } };
  }
}
