/** What a journey found, judged: the report, and every sentence that keeps it from being a proof. */
import { measureOutages, readLedger, type RecountReport } from '@banyan/proof';
import type { Journey } from './journey.ts';
import type { Kill } from './kill-sequence.ts';
import { type AuditLine, measuredCutovers, measuredFlips, toldLines } from './measured-moves.ts';
import type { EventCounts, ProofReport, SagaCounts } from './proof-report.ts';

export interface AuditAnswer {
  readonly entries: readonly AuditLine[];
  readonly check: { readonly intact: boolean };
}

export interface Findings {
  readonly journey: Journey;
  readonly kills: readonly Kill[];
  readonly durationS: number;
  readonly rows: ProofReport['rows'];
  readonly audit: AuditAnswer;
  readonly counted: RecountReport;
}

export async function describeProof(findings: Findings): Promise<ProofReport> {
  const { journey, kills, durationS, counted } = findings;
  const { running, traffic, progress } = journey;
  const ledger = await readLedger(traffic.ledgerFile);
  const told = toldLines(ledger);
  const asked = ledger.filter((line) => line.kind === 'asked').length;
  const groups = [...new Set(ledger.flatMap((line) => (line.kind === 'asked' ? [line.group] : [])))];
  const outages = measureOutages(
    ledger,
    kills.filter(({ isAbsence }) => isAbsence !== true).map((kill) => ({ ...kill, affects: groups })),
  );
  const shadows = [...progress.shadow.values()];
  const proof = {
    system: running.plan.system.definition.name,
    readyS: running.readyMs / 1000,
    durationS,
    memoryMb: progress.memoryMb,
    requests: asked,
    requestsPerSecond: asked / durationS,
    unknown: asked - told.length + told.filter((line) => line.outcome === 'unknown').length,
    failed503: told.filter((line) => line.status === 503).length,
    outageP95Ms: outages.p95Ms,
    rows: findings.rows,
    lostWrites: counted.lost,
    doubledWrites: counted.doubled,
    events: eventCounts(counted),
    sagas: sagaCounts(counted),
    catchUps: progress.catchUps,
    shadow: { compared: sumOf(shadows, 'compared'), mismatches: sumOf(shadows, 'mismatches') },
    flips: measuredFlips(findings.audit.entries, ledger),
    cutovers: measuredCutovers(findings.audit.entries, ledger, progress.writesBeforeCutovers),
    kills: kills.map(({ point, target }) => ({ point, target })),
    notReached: progress.notReached,
    ledger: traffic.ledgerFile,
    recount: counted.files,
    checks: counted.checks.map(({ check, table, counted: rows, lost, doubled, differing }) => ({
      check,
      table,
      counted: rows,
      lost,
      doubled,
      differing,
    })),
  };
  const broken = findings.audit.check.intact ? [] : ['The audit has been changed after it was written.'];
  const problems = [
    ...problemsOf(proof, counted, journey.thoroughness === 'short'),
    ...broken,
    ...counted.findings.slice(0, 10).map((finding) => `${finding.problem} (${finding.file}): ${finding.key}, ${finding.detail}`),
  ];
  return { ...proof, problems, ok: problems.length === 0 };
}

function sumOf<Name extends string>(rows: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}

const eventChecks = new Set(['events', 'effects', 'answers told', 'sign-ins told', 'users told', 'checks told', 'badges told']);

function eventCounts({ checks }: RecountReport): EventCounts {
  const ofEvents = checks.filter(({ check }) => eventChecks.has(check));
  const inOrder = ofEvents.filter(({ check }) => check === 'events' || check === 'effects');
  return {
    published: ofEvents.find(({ check }) => check === 'events')?.counted ?? 0,
    lost: sumOf(ofEvents, 'lost'),
    doubledEffects: sumOf(ofEvents, 'doubled'),
    outOfOrder: sumOf(inOrder, 'differing'),
  };
}

function sagaCounts({ figures }: RecountReport): SagaCounts {
  const times = (where: string) => {
    const [p50Ms, p99Ms] = [figures[`saga p50 ${where}`], figures[`saga p99 ${where}`]];
    return p50Ms === undefined || p99Ms === undefined ? undefined : { p50Ms: Math.round(p50Ms), p99Ms: Math.round(p99Ms) };
  };
  const atProfileLoad = times("at the profile's load");
  return {
    total: figures['sagas total'] ?? 0,
    completed: figures['sagas completed'] ?? 0,
    compensated: figures['sagas compensated'] ?? 0,
    needsOperator: figures['sagas needing an operator'] ?? 0,
    ...times('calm'),
    ...(atProfileLoad === undefined ? {} : { atProfileLoad }),
  };
}

/** The short proof shares its machine with other tests: how long an outage lasts is judged by the full one. */
function problemsOf(proof: Omit<ProofReport, 'problems' | 'ok'>, counted: RecountReport, isShort: boolean): string[] {
  const differing = proof.rows.reduce((sum, row) => sum + row.differing, 0) + counted.differing;
  const claims: readonly (readonly [boolean, string])[] = [
    [proof.lostWrites === 0, `${proof.lostWrites} writes are lost.`],
    [proof.doubledWrites === 0, `${proof.doubledWrites} writes are doubled.`],
    [differing === 0, `${differing} rows differ.`],
    [counted.checks.some((check) => check.counted > 0), 'The count outside counted nothing.'],
    [proof.rows.some((row) => row.rows > 0), 'No rows were compared.'],
    [proof.shadow.mismatches === 0, `${proof.shadow.mismatches} answers of the service differ from the monolith's.`],
    [
      proof.flips.every((flip) => flip.failedRequests === 0 && flip.ms < 1_000),
      'A flip took a second or more, or requests failed during it.',
    ],
    [proof.cutovers.every((cutover) => cutover.failedRequests === 0), 'Requests failed during an undisturbed cutover.'],
    [proof.notReached.length === 0, `Not reached: ${proof.notReached.join(', ')}.`],
    [proof.sagas.needsOperator === 0, `${proof.sagas.needsOperator} sagas need an operator.`],
    [isShort || (proof.sagas.p99Ms ?? 0) < 5_000, `Sagas take ${proof.sagas.p99Ms} ms at p99, more than 5 s.`],
    [
      isShort || (proof.sagas.atProfileLoad?.p99Ms ?? 0) < 300,
      `Sagas take ${proof.sagas.atProfileLoad?.p99Ms} ms at p99 at the profile's load, more than 300 ms.`,
    ],
    [proof.failed503 <= proof.requests / 100, `${proof.failed503} of ${proof.requests} requests got 503, more than 1 %.`],
    [isShort || proof.outageP95Ms <= 3_000, `Outages last ${Math.round(proof.outageP95Ms)} ms at p95, more than 3 s.`],
  ];
  return claims.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}
