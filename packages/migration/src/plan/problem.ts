/** What a planning check finds, and what it needs to know of the system. */

import type { MigrationErrorCode } from '../errors.ts';
import type { ProgramDefinition } from '../system.ts';

export interface PlanProblem {
  readonly code: MigrationErrorCode;
  readonly message: string;
  /** Line in the migration file, where it is known. */
  readonly line?: number;
}

export interface PlanOptions {
  /** By name, from the system's configuration. */
  readonly programs: Readonly<Record<string, Pick<ProgramDefinition, 'role' | 'attached'>>>;
  /** Shown in messages. Default `migration.ts`. */
  readonly file?: string;
}
