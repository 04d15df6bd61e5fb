/** The whole journey of a system under traffic: its extractions leave, come back and leave again, with kills, then a count outside. */
import { join } from 'node:path';
import { Client } from 'pg';
import { captureBaseline, openFaultLog, recount, type RecountOptions, type RecountReport } from '@banyan/proof';
import type { StateView } from '@banyan/controller/state-view';
import type { VerificationFact } from '@banyan/migration/gate-facts';
import { tablesMovedBy } from '@banyan/migration/plan';
import { ControllerClient } from '../controller-client.ts';
import { CliError, explainError } from '../errors.ts';
import { formatMs, paint, type Reporter } from '../output.ts';
import type { Bus } from '../running/bus.ts';
import type { LocatedSystem } from '../running/locate-system.ts';
import { eventStoreDatabase, monolithName } from '../running/program-specs.ts';
import { runDirectory, type RunKind } from '../running/run-directory.ts';
import type { PagePorts } from '../running/page-ports.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { startTraffic } from '../running/traffic.ts';
import type { Thoroughness } from './crash-plan.ts';
import { type AuditAnswer, describeProof } from './describe-proof.ts';
import { type Journey, newProgress } from './journey.ts';
import type { Leg } from './leg.ts';
import { instrumentFor, type Kill, type KillBook } from './kill-sequence.ts';
import { waitUntilStill } from './log-state.ts';
import { type AuditLine, ownedSpans } from './measured-moves.ts';
import { extractionIn, PersistentMover } from './mover.ts';
import { runPhases } from './phases.ts';
import type { ProofReport } from './proof-report.ts';

export interface JourneyOptions {
  readonly system: LocatedSystem;
  readonly kind: RunKind;
  readonly port: number;
  /** Absent: no console, and the front end takes any free port. */
  readonly pagePorts?: PagePorts;
  readonly bus?: Bus;
  readonly gatewayWorkers: number;
  /** Requests per second. */
  readonly rate: number;
  readonly thoroughness: Thoroughness;
  /** For tests: gates that count are passed, and writes not rehearsed. Default false. */
  readonly force?: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Called when everything is up, before anything moves. */
  readonly onReady?: (running: RunningSystem) => Promise<void>;
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
    ...(options.pagePorts === undefined ? {} : { pagePorts: options.pagePorts }),
    ...(options.bus === undefined ? {} : { bus: options.bus }),
    gatewayWorkers: options.gatewayWorkers,
    seedScale: 1,
    reporter,
    listener: deaths,
    instrument: instrumentFor(directory),
    signal: options.signal,
  });
  try {
    reporter.line(`\n  ready in ${formatMs(running.readyMs)} · ${running.memoryMb()} MB\n`);
    await options.onReady?.(running);
    const proof = await travel(running, options);
    await options.afterwards?.(running);
    return proof;
  } finally {
    await running.stop();
  }
}

async function travel(running: RunningSystem, options: JourneyOptions): Promise<ProofReport> {
  const { plan } = running;
  const legs = legsOf(plan.system);
  if (legs.length === 0)
    throw new CliError(
      'CLI_SYSTEM_UNKNOWN',
      `${plan.system.definition.name} has no extraction that moves tables.`,
      `Add one to ${plan.system.configFile}`,
    );
  const databases = sidesOf(running);
  const sqlFolder = join(plan.system.directory, plan.system.definition.traffic?.directory ?? '', 'recount');
  await captureBaseline({ folder: plan.directory, sqlFolder, databases });
  const startedAt = Date.now();
  const traffic = await startTraffic(running, { rate: options.rate, seed: 1, mix: 'proof' });
  const client = new ControllerClient({ url: `http://127.0.0.1:${plan.controllerPort}`, token: plan.secrets['controllerToken'] ?? '' });
  const kills: Kill[] = [];
  const journey: Journey = {
    running,
    traffic,
    client,
    mover: new PersistentMover({ client, actor: 'prove', signal: options.signal }),
    legs,
    book: createKillBook(join(plan.directory, 'faults.jsonl'), kills),
    thoroughness: options.thoroughness,
    isForced: options.force ?? false,
    reporter: options.reporter,
    signal: options.signal,
    progress: newProgress(),
  };
  options.reporter.line(`  ${legs.map(({ extraction }) => extraction).join(', ')} leave, ${options.rate} requests per second`);
  await runPhases(journey);
  await traffic.pause();
  const durationS = (Date.now() - startedAt) / 1000;
  await waitUntilStill(journey);
  const rows = await compareRows(journey);
  const last = await journey.mover.settledState();
  const audit = await client.read<AuditAnswer>('/v1/audit?limit=10000');
  await traffic.stop();
  const facts = { ...Object.fromEntries(journey.progress.facts), ...ownersOf(journey, last), ...spansOf(journey, audit.entries) };
  const insteadOf = last.monolith.isOff ? { [monolithName(plan)]: holdersOf(legs) } : {};
  const counted = await countOutside(running, {
    folder: plan.directory,
    sqlFolder,
    ledger: traffic.ledgerFile,
    databases,
    facts,
    insteadOf,
  });
  return describeProof({ journey, kills, durationS, rows, audit, counted });
}

function legsOf(system: LocatedSystem): Leg[] {
  return system.migration.extractions
    .map((extraction) => ({ extraction, moved: tablesMovedBy(system.migration, extraction) }))
    .filter(({ moved }) => moved.tables.length > 0)
    .map(({ extraction: { name, service = name, after, routes, writtenByMonolith, cutOverBy }, moved }) => ({
      extraction: name,
      service,
      holder: moved.service ?? service,
      tables: moved.tables,
      isAsked: routes.length > 0,
      after: after.filter(({ atLeast }) => atLeast === 'owner').map(({ extraction }) => extraction),
      mayOwn: writtenByMonolith.length === 0 && cutOverBy === undefined,
      isRehearsed: routes.some(({ rehearsed }) => rehearsed),
    }));
}

/** Each program's database, by the program's name, and the event store. */
function sidesOf({ plan }: RunningSystem): Record<string, string> {
  const { programs, broker } = plan.system.definition;
  const ofPrograms = Object.entries(programs).map(([name, program]) => [name, plan.databaseUrl(program.database)] as const);
  const events = broker === undefined ? [] : [['events', plan.databaseUrl(eventStoreDatabase)] as const];
  return Object.fromEntries([...ofPrograms, ...events]);
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
  const rows: ProofReport['rows'][number][] = [];
  for (const { extraction, service, holder } of journey.legs) {
    if (service !== holder) continue; // compared with the extraction that has the tables
    if (extractionIn(await journey.mover.settledState(), extraction).stage === 'retired') {
      rows.push(...(await lastComparison(journey, extraction)));
      continue;
    }
    const verification = journey.client.move(`/v1/extractions/${extraction}/verify`, { actor: 'prove' }, () => {});
    await verification.catch((error: unknown) => {
      if (explainError(error).code !== 'MIGRATION_ROWS_DIFFER') throw error;
    });
    const state = await journey.client.read<StateView>('/v1/state');
    const fact = extractionIn(state, extraction).verification as VerificationFact | undefined;
    rows.push(...(fact?.tables ?? []).map(({ table, rows: count, differing }) => ({ table, rows: count, differing })));
  }
  return rows;
}

/** As it was made before the way back ended, and kept. */
async function lastComparison({ client }: Journey, extraction: string): Promise<ProofReport['rows']> {
  const path = `/v1/evidence?extraction=${extraction}&kind=verification&limit=1`;
  const { evidence } = await client.read<{ evidence: readonly { readonly body: VerificationFact }[] }>(path);
  return (evidence[0]?.body.tables ?? []).map(({ table, rows, differing }) => ({ table, rows, differing }));
}

/** What the recount has to be told: which side owns each table now. */
function ownersOf(journey: Journey, state: StateView): Record<string, string> {
  const monolith = monolithName(journey.running.plan);
  const owners = journey.legs.flatMap(({ extraction, holder, tables }) => {
    const owner = ['owner', 'retired'].includes(extractionIn(state, extraction).stage) ? holder : monolith;
    return tables.map((table) => [`owner of ${table.source.split('.').pop()}`, owner] as const);
  });
  return Object.fromEntries(owners);
}

/** Tables, and the sequences of their numbers, by who has them when the monolith is off. */
function holdersOf(legs: readonly Leg[]): Record<string, string> {
  const tables = legs.flatMap((leg) => leg.tables.map(({ target }) => [target.split('.').pop() ?? '', leg.holder] as const));
  return Object.fromEntries(
    tables.flatMap(([table, holder]) => [
      [table, holder],
      [`${table}_id_seq`, holder],
    ]),
  );
}

function spansOf(journey: Journey, audit: readonly AuditLine[]): Record<string, string> {
  return Object.fromEntries(
    journey.legs.map(({ extraction, holder }) => [`owned by ${holder}`, JSON.stringify(ownedSpans(audit, extraction))]),
  );
}

async function countOutside(
  running: RunningSystem,
  what: {
    folder: string;
    sqlFolder: string;
    ledger: string;
    databases: Readonly<Record<string, string>>;
    facts: Readonly<Record<string, string>>;
    insteadOf: NonNullable<RecountOptions['insteadOf']>;
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
  const { folder, sqlFolder, databases, facts, insteadOf } = what;
  return recount({
    folder,
    sqlFolder,
    databases,
    facts,
    insteadOf,
    ledgerPath: what.ledger,
    scratchUrl: running.server.databaseUrl(recountDatabase),
  });
}
