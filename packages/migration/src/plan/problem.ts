/** What a planning check finds, and what it needs to know of the system. */

import type { MigrationErrorCode } from '../errors.ts';

export interface PlanProblem {
  readonly code: MigrationErrorCode;
  readonly message: string;
  /** Line in the migration file, where it is known. */
  readonly line?: number;
}

export interface PlanOptions {
  /** Program name to role, from the system's configuration. */
  readonly programs: Readonly<Record<string, { readonly role: 'monolith' | 'service' }>>;
  /** Shown in messages. Default `migration.ts`. */
  readonly file?: string;
}
