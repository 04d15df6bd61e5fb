/** The whole journey of an extraction under traffic: forward, back from ownership, forward again, with kills, then a count outside. */
import { join } from 'node:path';
import { Client } from 'pg';
import { captureBaseline, measureOutages, openFaultLog, readLedger, recount, type RecountReport } from '@banyan/proof';
import type { StateView } from '@banyan/controller/state-view';
import type { VerificationFact } from '@banyan/migration/gate-facts';
import { ControllerClient } from '../controller-client.ts';
import { CliError, explainError } from '../errors.ts';
import { formatMs, paint, type Reporter } from '../output.ts';
import type { LocatedSystem } from '../running/locate-system.ts';
import { runDirectory, type RunKind } from '../running/run-directory.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { startTraffic } from '../running/traffic.ts';
import { countOf, planCrashes, type Thoroughness } from './crash-plan.ts';
import { instrumentFor, type Kill, type KillBook } from './kill-sequence.ts';
import { measuredCutovers, measuredFlips, toldLines, type AuditLine } from './measured-moves.ts';
import type { Journey } from './journey.ts';
import { extractionIn, PersistentMover } from './mover.ts';
import { runPhases, type PhaseResult } from './phases.ts';
import type { ProofReport } from './proof-report.ts';

export interface JourneyOptions {
  readonly system: LocatedSystem;
  readonly kind: RunKind;
  readonly port: number;
  readonly gatewayWorkers: number;
  /** Requests per second. */
  readonly rate: number;
  readonly thoroughness: Thoroughness;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Called with everything still up, after the count. */
  readonly afterwards?: (running: RunningSystem) => Promise<void>;
}

const recountDatabase = 'banyan_recount';

export async function runJourney(options: JourneyOptions): Promise<ProofReport> {
  const { system, reporter } = options;
  const directory = runDirectory(system.definition.name, options.kind);
  reporter.line(`\n  ${paint('bold', 'banyan')} ${system.definition.title}: forward, back, and forward again, under traffic and kills\n`);
  const deaths = {
    onExit: (program: { name: string }, how: string) =>
      reporter.line(`  ${paint('dim', `${program.name} ended (${how}); it is started again`)}`),
  };
  const running = await startSystem({
    system,
    kind: options.kind,
    fresh: true,
    port: options.port,
    gatewayWorkers: options.gatewayWorkers,
    seedScale: 1,
    reporter,
    listener: deaths,
    instrument: instrumentFor(directory),
    signal: options.signal,
  });
  try {
    reporter.line(`\n  ready in ${formatMs(running.readyMs)} · ${running.memoryMb()} MB\n`);
    const proof = await travel(running, options);
    await options.afterwards?.(running);
    return proof;
  } finally {
    await running.stop();
  }
}

async function travel(running: RunningSystem, options: JourneyOptions): Promise<ProofReport> {
  const { plan } = running;
  const sides = sidesOf(running);
  const sqlFolder = join(plan.system.directory, plan.system.definition.traffic?.directory ?? '', 'recount');
  await captureBaseline({ folder: plan.directory, sqlFolder, databases: sides });
  const startedAt = Date.now();
  const traffic = await startTraffic(running, { rate: options.rate, seed: 1, mix: 'proof' });
  const client = new ControllerClient({ url: `http://127.0.0.1:${plan.controllerPort}`, token: plan.secrets['controllerToken'] ?? '' });
  const mover = new PersistentMover({ client, actor: 'prove', signal: options.signal });
  const state = await mover.settledState();
  const moving = state.extractions.find((extraction) => extraction.positions.some((position) => position.stage === 'replicating'));
  if (moving === undefined)
    throw new CliError(
      'CLI_SYSTEM_UNKNOWN',
      `${state.system} has no extraction that moves tables.`,
      `Add one to ${plan.system.configFile}`,
    );
  const kills: Kill[] = [];
  const journey: Journey = {
    running,
    traffic,
    client,
    mover,
    extraction: moving.name,
    service: moving.service ?? moving.name,
    tables: plan.system.migration.extractions.find((it) => it.name === moving.name)?.tables ?? [],
    plan: await planCrashes(plan.system, options.thoroughness),
    book: createKillBook(join(plan.directory, 'faults.jsonl'), kills),
    thoroughness: options.thoroughness,
    reporter: options.reporter,
    signal: options.signal,
  };
  options.reporter.line(`  ${countOf(journey.plan)} crash points, ${options.rate} requests per second`);
  const result = await runPhases(journey);
  await traffic.pause();
  const durationS = (Date.now() - startedAt) / 1000;
  const rows = await compareRows(journey);
  const last = await mover.settledState();
  const audit = await client.read<AuditAnswer>('/v1/audit?limit=10000');
  await traffic.stop();
  const facts = ownersOf(journey, last);
  const counted = await countOutside(running, { folder: plan.directory, sqlFolder, ledger: traffic.ledgerFile, databases: sides, facts });
  return describe({ journey, kills, result, durationS, rows, last, audit, counted });
}

interface AuditAnswer {
  readonly entries: readonly AuditLine[];
  readonly check: { readonly intact: boolean };
}

/** Each program's database, by the program's name. */
function sidesOf(running: RunningSystem): Record<string, string> {
  const { programs } = running.plan.system.definition;
  return Object.fromEntries(Object.entries(programs).map(([name, program]) => [name, running.plan.databaseUrl(program.database)]));
}

function createKillBook(file: string, kills: Kill[]): KillBook {
  const log = openFaultLog(file);
  return {
    kills,
    log,
    note: (kill, endedAt) => {
      kills.push(kill);
      log.record({ ...kill, affects: [], ...(endedAt === undefined ? {} : { endedAt }) });
    },
  };
}

/** Every row of both sides at one position, as the controller compares them; rows that differ are a result here, not an error. */
async function compareRows(journey: Journey): Promise<ProofReport['rows']> {
  await journey.mover.settledState();
  const verification = journey.client.move(`/v1/extractions/${journey.extraction}/verify`, { actor: 'prove' }, () => {});
  await verification.catch((error: unknown) => {
    if (explainError(error).code !== 'MIGRATION_ROWS_DIFFER') throw error;
  });
  const { extractions } = await journey.client.read<StateView>('/v1/state');
  const fact = extractions.find((extraction) => extraction.name === journey.extraction)?.verification as VerificationFact | undefined;
  return (fact?.tables ?? []).map(({ table, rows, differing }) => ({ table, rows, differing }));
}

/** What the recount has to be told: which side owns each table now. */
function ownersOf(journey: Journey, state: StateView): Record<string, string> {
  const { programs } = journey.running.plan.system.definition;
  const monolith = Object.keys(programs).find((name) => programs[name]?.role === 'monolith') ?? '';
  const owner = extractionIn(state, journey.extraction).stage === 'owner' ? journey.service : monolith;
  return Object.fromEntries(journey.tables.map((table) => [`owner of ${table.source.split('.').pop()}`, owner]));
}

async function countOutside(
  running: RunningSystem,
  what: {
    folder: string;
    sqlFolder: string;
    ledger: string;
    databases: Readonly<Record<string, string>>;
    facts: Readonly<Record<string, string>>;
  },
): Promise<RecountReport> {
  const client = new Client({ connectionString: running.server.url });
  await client.connect();
  try {
    await client.query(`drop database if exists ${recountDatabase}`);
    await client.query(`create database ${recountDatabase} template template0`);
  } finally {
    await client.end();
  }
  const { folder, sqlFolder, databases, facts } = what;
  return recount({ folder, sqlFolder, databases, facts, ledgerPath: what.ledger, scratchUrl: running.server.databaseUrl(recountDatabase) });
}

interface Findings {
  readonly journey: Journey;
  readonly kills: readonly Kill[];
  readonly result: PhaseResult;
  readonly durationS: number;
  readonly rows: ProofReport['rows'];
  readonly last: StateView;
  readonly audit: AuditAnswer;
  readonly counted: RecountReport;
}

async function describe(findings: Findings): Promise<ProofReport> {
  const { journey, kills, result, durationS, counted } = findings;
  const { running, traffic } = journey;
  const ledger = await readLedger(traffic.ledgerFile);
  const told = toldLines(ledger);
  const asked = ledger.filter((line) => line.kind === 'asked').length;
  const groups = [...new Set(ledger.flatMap((line) => (line.kind === 'asked' ? [line.group] : [])))];
  const outages = measureOutages(
    ledger,
    kills.map((kill) => ({ ...kill, affects: groups })),
  );
  const { compared, mismatches } = extractionIn(findings.last, journey.extraction).shadow;
  const proof = {
    system: running.plan.system.definition.name,
    readyS: running.readyMs / 1000,
    durationS,
    memoryMb: result.memoryMb,
    requests: asked,
    requestsPerSecond: asked / durationS,
    unknown: asked - told.length + told.filter((line) => line.outcome === 'unknown').length,
    failed503: told.filter((line) => line.status === 503).length,
    outageP95Ms: outages.p95Ms,
    rows: findings.rows,
    lostWrites: counted.lost,
    doubledWrites: counted.doubled,
    shadow: { compared: Math.max(compared, result.shadow.compared), mismatches: Math.max(mismatches, result.shadow.mismatches) },
    flips: measuredFlips(findings.audit.entries, ledger),
    cutovers: measuredCutovers(findings.audit.entries, ledger, result.writesBeforeCutovers),
    kills: kills.map(({ point, target }) => ({ point, target })),
    notReached: result.notReached,
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
    [proof.notReached.length === 0, `Nothing reached the crash points ${proof.notReached.join(', ')}.`],
    [proof.failed503 <= proof.requests / 100, `${proof.failed503} of ${proof.requests} requests got 503, more than 1 %.`],
    [isShort || proof.outageP95Ms <= 3_000, `Outages last ${Math.round(proof.outageP95Ms)} ms at p95, more than 3 s.`],
  ];
  return claims.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}
