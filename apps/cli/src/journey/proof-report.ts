/** The result of a journey: its shape, which is also the JSON that `prove` writes, and how it is shown. */
import { formatCount, formatMs, marks, paint, table, type Reporter } from '../output.ts';

export interface ProofReport {
  readonly system: string;
  readonly readyS: number;
  readonly durationS: number;
  /** Sum of PSS of everything that runs, the largest seen. */
  readonly memoryMb: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Requests whose outcome nobody told. */
  readonly unknown: number;
  readonly failed503: number;
  /** Over the kills: the longest time a group of requests got no good answer. */
  readonly outageP95Ms: number;
  readonly rows: readonly { readonly table: string; readonly rows: number; readonly differing: number }[];
  readonly lostWrites: number;
  readonly doubledWrites: number;
  readonly events: EventCounts;
  readonly sagas: SagaCounts;
  /** How long a service that had been away took to handle what it had missed. */
  readonly catchUps: readonly { readonly service: string; readonly how: string; readonly ms: number }[];
  readonly shadow: { readonly compared: number; readonly mismatches: number };
  readonly flips: readonly { readonly ms: number; readonly failedRequests: number }[];
  readonly cutovers: readonly MeasuredCutover[];
  readonly kills: readonly { readonly point: string; readonly target: string }[];
  /** Crash points that nothing reached. */
  readonly notReached: readonly string[];
  readonly ledger: string;
  /** The SQL files with which anyone can count again. */
  readonly recount: readonly string[];
  readonly checks: readonly {
    readonly check: string;
    readonly table: string;
    readonly counted: number;
    readonly lost: number;
    readonly doubled: number;
    readonly differing: number;
  }[];
  /** Everything that keeps `ok` from being true, in a sentence each. */
  readonly problems: readonly string[];
  readonly ok: boolean;
}

/** Counted in the event store, the outboxes and the inboxes. */
export interface EventCounts {
  readonly published: number;
  /** Events that are not in the log, or that a subscriber has not handled. */
  readonly lost: number;
  /** Told or acted upon more than once. */
  readonly doubledEffects: number;
  /** Behind a later one of their key, in the log or where they were handled. */
  readonly outOfOrder: number;
}

/** Times are those of sagas that waited for an event, in milliseconds, and absent when none did. */
export interface SagaCounts {
  readonly total: number;
  readonly completed: number;
  readonly compensated: number;
  readonly needsOperator: number;
  /** While nothing was disturbed, at the rate of the proof. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** The same at the load of the traffic's profile. */
  readonly atProfileLoad?: { readonly p50Ms: number; readonly p99Ms: number };
}

export interface MeasuredCutover {
  readonly extraction: string;
  readonly direction: 'cutover' | 'cutback';
  readonly heldMs: number;
  readonly lockWaitMs: number;
  readonly drainMs: number;
  readonly flipMs: number;
  readonly failedRequests: number;
  /** Writes to the moved tables since the ownership moved the last time. */
  readonly writesSince: number;
}

export function printProof(proof: ProofReport, reporter: Reporter): void {
  const verdict = proof.ok ? paint('green', 'nothing lost, nothing doubled, nothing differs') : paint('red', 'NOT PROVEN');
  reporter.line(`\n  ${proof.ok ? marks.done : marks.failed} ${paint('bold', proof.system)}: ${verdict}\n`);
  const share503 = proof.requests === 0 ? 0 : (proof.failed503 / proof.requests) * 100;
  const facts: (readonly [string, string])[] = [
    [
      'requests',
      `${formatCount(proof.requests)} in ${formatMs(proof.durationS * 1000)} (${Math.round(proof.requestsPerSecond)}/s), ${proof.unknown} unknown, ${proof.failed503} held too long (${share503.toFixed(2)} %)`,
    ],
    [
      'kills',
      `${proof.kills.length}, outage p95 ${formatMs(proof.outageP95Ms)}${proof.notReached.length === 0 ? '' : `, not reached: ${proof.notReached.join(', ')}`}`,
    ],
    ['writes', `${proof.lostWrites} lost, ${proof.doubledWrites} doubled`],
    [
      'rows',
      proof.rows.map((row) => `${row.table} ${formatCount(row.rows)} rows, ${row.differing} differing`).join('; ') || 'none compared',
    ],
    ['shadow', `${formatCount(proof.shadow.compared)} compared, ${proof.shadow.mismatches} mismatches`],
    [
      'flips',
      `${proof.flips.length}, slowest ${formatMs(Math.max(0, ...proof.flips.map((flip) => flip.ms)))}, ${proof.flips.reduce((sum, flip) => sum + flip.failedRequests, 0)} failed requests`,
    ],
    [
      'events',
      `${formatCount(proof.events.published)} published, ${proof.events.lost} lost, ${proof.events.doubledEffects} doubled, ${proof.events.outOfOrder} out of order`,
    ],
    ['sagas', sagaText(proof.sagas)],
    ['caught up', proof.catchUps.map(({ service, how, ms }) => `${service} (${how}) in ${formatMs(ms)}`).join(', ') || 'nothing was away'],
    ['ready', `${proof.readyS.toFixed(1)} s, at most ${proof.memoryMb} MB`],
  ];
  for (const [name, text] of facts) reporter.line(`    ${name.padEnd(10)} ${text}`);
  if (proof.cutovers.length > 0)
    reporter.line(
      `\n${indent(table([['cutover', 'of', 'held', 'lock', 'drain', 'flip', 'failed', 'writes since'], ...proof.cutovers.map(cutoverRow)]))}`,
    );
  reporter.line(`\n    counted    ${proof.checks.map((check) => `${check.check} ${formatCount(check.counted)}`).join(', ')}`);
  reporter.line(`    ledger     ${proof.ledger}`);
  reporter.line(`    recount    ${proof.recount.join('\n               ')}`);
  for (const problem of proof.problems) reporter.line(`  ${marks.failed} ${problem}`);
  reporter.line();
}

function sagaText({ total, completed, compensated, needsOperator, p50Ms, p99Ms, atProfileLoad }: SagaCounts): string {
  const times = p50Ms === undefined || p99Ms === undefined ? '' : `, p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)}`;
  const calm =
    atProfileLoad === undefined
      ? ''
      : ` (at the profile's load p50 ${formatMs(atProfileLoad.p50Ms)}, p99 ${formatMs(atProfileLoad.p99Ms)})`;
  return `${formatCount(total)}, ${completed} completed, ${compensated} undone, ${needsOperator} for an operator${times}${calm}`;
}

function cutoverRow(cutover: MeasuredCutover): (string | number)[] {
  const ms = (value: number) => `${Math.round(value)} ms`;
  return [
    cutover.direction,
    cutover.extraction,
    ms(cutover.heldMs),
    ms(cutover.lockWaitMs),
    ms(cutover.drainMs),
    ms(cutover.flipMs),
    cutover.failedRequests,
    cutover.writesSince,
  ];
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
