/** What undisturbed moves cost: their times from the audit, the requests that failed meanwhile from the ledger. */
import type { LedgerLine, ToldLine } from '@banyan/proof';
import type { MeasuredCutover } from './proof-report.ts';

/** One entry of `GET /v1/audit`, as far as it is read here. */
export interface AuditLine {
  readonly at: string;
  readonly action: string;
  readonly extraction: string;
  readonly reason: string;
  readonly detail: {
    readonly from?: { readonly stage: string };
    readonly to?: { readonly stage: string };
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

/** @param writes by extraction, in the order of its cutovers */
export function measuredCutovers(
  audit: readonly AuditLine[],
  ledger: readonly LedgerLine[],
  writes: readonly { readonly extraction: string; readonly writes: number }[],
): MeasuredCutover[] {
  const left = Map.groupBy(writes, ({ extraction }) => extraction);
  return doneMoves(audit, measuredReasons.cutover).flatMap(({ begunAt, done }) => {
    const numbers = done.detail.outcome?.cutover;
    if (numbers === undefined) return [];
    const { extraction } = done;
    const { direction, heldMs, lockWaitMs, drainMs, flipMs } = numbers;
    const failedRequests = failedBetween(ledger, begunAt, Date.parse(done.at));
    const writesSince = left.get(extraction)?.shift()?.writes ?? 0;
    return [{ extraction, direction, heldMs, lockWaitMs, drainMs, flipMs, failedRequests, writesSince }];
  });
}

/** When an extraction's service owned its tables: from the told end of a cutover to the beginning of the next way back, in milliseconds since 1970. */
export function ownedSpans(audit: readonly AuditLine[], extraction: string): [from: number, to: number][] {
  const spans: [number, number][] = [];
  let from: number | undefined;
  for (const entry of inOrder(audit).filter((line) => line.extraction === extraction)) {
    const at = Date.parse(entry.at);
    const { from: left, to: entered } = entry.detail;
    if (entry.action === 'advance.done' && entered?.stage === 'owner') from = at;
    else if (entry.action === 'back.begun' && left?.stage === 'owner' && from !== undefined) {
      spans.push([from, at]);
      from = undefined;
    } else if (entry.action === 'back.cancelled' && left?.stage === 'owner') from = at;
  }
  if (from !== undefined) spans.push([from, Number.MAX_SAFE_INTEGER]);
  return spans;
}

function doneMoves(audit: readonly AuditLine[], reason: string): { begunAt: number; done: AuditLine }[] {
  const entries = inOrder(audit).filter((entry) => entry.reason === reason);
  return [...Map.groupBy(entries, ({ extraction }) => extraction).values()].flatMap((ofOne) =>
    ofOne.flatMap((entry, index) => {
      const begun = ofOne[index - 1];
      if (!entry.action.endsWith('.done') || begun?.action.endsWith('.begun') !== true) return [];
      return [{ begunAt: Date.parse(begun.at), done: entry }];
    }),
  );
}

function inOrder(audit: readonly AuditLine[]): AuditLine[] {
  return audit.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function failedBetween(ledger: readonly LedgerLine[], from: number, to: number): number {
  return toldLines(ledger).filter((line) => !line.ok && line.at >= from && line.at <= to + graceMs).length;
}

export function toldLines(ledger: readonly LedgerLine[]): ToldLine[] {
  return ledger.filter((line) => line.kind === 'told');
}
