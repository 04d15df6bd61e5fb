// Why a move cancelled itself, for its report.
import { ReplicationError } from '../errors.ts';
import { messageOf } from '../postgres/failure.ts';
import type { CutoverReport } from './types.ts';

export function reasonOf(error: unknown): NonNullable<CutoverReport['cancelled']> {
  return {
    code: error instanceof ReplicationError ? error.code : 'REPLICATION_ABORTED',
    reason: messageOf(error),
    fix: error instanceof ReplicationError ? error.fix : 'Correct the cause and start the cutover again; nothing was changed.',
  };
}
