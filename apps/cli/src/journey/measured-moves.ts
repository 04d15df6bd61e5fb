/** What undisturbed moves cost: their times from the audit, the requests that failed meanwhile from the ledger. */
import type { LedgerLine, ToldLine } from '@banyan/proof';
import type { MeasuredCutover } from './proof-report.ts';

/** One entry of `GET /v1/audit`, as far as it is read here. */
export interface AuditLine {
  readonly at: string;
  readonly action: string;
  readonly reason: string;
  readonly detail: {
    readonly outcome?: {
      readonly routes?: { readonly flipMs: number };
      readonly cutover?: Omit<MeasuredCutover, 'failedRequests' | 'writesSince'>;
    };
  };
}

/** Reasons under which the journey asks for moves that it measures. */
export const measuredReasons = { flip: 'measured flip', cutover: 'measured cutover' } as const;

/** Answers so long after a move are still laid to it. */
const graceMs = 250;

export function measuredFlips(audit: readonly AuditLine[], ledger: readonly LedgerLine[]): { ms: number; failedRequests: number }[] {
  return doneMoves(audit, measuredReasons.flip).flatMap(({ begunAt, done }) => {
    const ms = done.detail.outcome?.routes?.flipMs;
    return ms === undefined ? [] : [{ ms, failedRequests: failedBetween(ledger, begunAt, Date.parse(done.at)) }];
  });
}

export function measuredCutovers(
  audit: readonly AuditLine[],
  ledger: readonly LedgerLine[],
  writesSince: readonly number[],
): MeasuredCutover[] {
  return doneMoves(audit, measuredReasons.cutover).flatMap(({ begunAt, done }, index) => {
    const numbers = done.detail.outcome?.cutover;
    if (numbers === undefined) return [];
    const { direction, heldMs, lockWaitMs, drainMs, flipMs } = numbers;
    const failedRequests = failedBetween(ledger, begunAt, Date.parse(done.at));
    return [{ direction, heldMs, lockWaitMs, drainMs, flipMs, failedRequests, writesSince: writesSince[index] ?? 0 }];
  });
}

function doneMoves(audit: readonly AuditLine[], reason: string): { begunAt: number; done: AuditLine }[] {
  const entries = audit.filter((entry) => entry.reason === reason).sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return entries.flatMap((entry, index) => {
    const begun = entries[index - 1];
    if (!entry.action.endsWith('.done') || begun?.action.endsWith('.begun') !== true) return [];
    return [{ begunAt: Date.parse(begun.at), done: entry }];
  });
}

function failedBetween(ledger: readonly LedgerLine[], from: number, to: number): number {
  return toldLines(ledger).filter((line) => !line.ok && line.at >= from && line.at <= to + graceMs).length;
}

export function toldLines(ledger: readonly LedgerLine[]): ToldLine[] {
  return ledger.filter((line) => line.kind === 'told');
}
