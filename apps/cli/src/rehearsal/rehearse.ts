/** One rehearsal on this machine: copies, programs on them, recorded writes done again, everything compared, and nothing left behind. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { MigrationError } from '@banyan/migration/errors';
import { createOwnerNotices } from '@banyan/migration/owner-notices';
import { plannedExtraction } from '@banyan/migration/plan';
import { createProjectionKeeper } from '@banyan/migration/projection-keeper';
import { castOf, createScratch, dropScratches, makeCopies, rehearse, startFlowBack } from '@banyan/migration/rehearsal';
import type { Cast, Copies, FlowBack } from '@banyan/migration/rehearsal';
import type { RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import { isRecording } from '@banyan/migration/route-table';
import type { Stage } from '@banyan/migration/stages';
import { CliError, explainError } from '../errors.ts';
import type { Reporter } from '../output.ts';
import { endLeftovers, isAlive, readRunRecord, RunRecord, startGuard } from '../programs/run-record.ts';
import { attachedPrograms } from '../running/attached-programs.ts';
import type { RunPlan } from '../running/program-specs.ts';
import type { LiveSystem } from './live-system.ts';
import { RecordedWrites } from './recorded-writes.ts';
import { startRefusingServer, type RefusingServer } from './refusing-server.ts';
import { ScratchPrograms } from './scratch-programs.ts';

export interface RehearseOptions {
  readonly live: LiveSystem;
  readonly extraction: string;
  /** Stages as the controller tells them. */
  readonly state: Pick<StateView, 'extractions'>;
  /** Replays as soon as this many have been recorded. Default: twice what the gate needs. */
  readonly writesWanted?: number;
  /** Replays what has come after this long. */
  readonly waitMs: number;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Lets proofs put a preload in front of a program on scratch copies. */
  readonly instrument?: RunPlan['instrument'];
}

/**
 * What was found, for the controller to keep; `replayed` is 0 when nobody wrote anything. Throws when it could not be carried out; then nothing was proven
 * either way.
 */
export async function runRehearsal(options: RehearseOptions): Promise<RehearsalEvidence> {
  const { live, state } = options;
  const extraction = plannedExtraction(live.system.migration, options.extraction);
  const leftOut = extraction.routes.flatMap(({ id, noRehearsal }) =>
    noRehearsal === undefined ? [] : [{ route: id, reason: noRehearsal }],
  );
  if (!extraction.routes.some((route) => route.rehearsed)) return nothingToRehearse(leftOut);
  requireOwnPrograms(live);
  requireRecording(extraction.name, stageOf(options.state, extraction.name));
  const directory = join(options.live.run.directory, 'rehearsal');
  await endEarlier(directory);
  const record = new RunRecord(directory, () => {}); // what cannot be recorded the guard still knows
  record.write();
  const guard = startGuard();
  const cast = castOf(live.system.migration, extraction.name, (name) => stageOf(state, name));
  let flowBack: FlowBack | undefined;
  const refusing = await startRefusingServer({
    token: live.secrets['reachedToken'] ?? '',
    reached: async (name) => flowBack?.reached(name),
  });
  const liveUrls = Object.values(live.databaseUrls);
  try {
    await dropScratches(liveUrls);
    const programs = await ScratchPrograms.prepare({
      live,
      cast,
      directory,
      refusingPort: refusing.port,
      brokerUrl: await createScratch(live.databaseUrls[extraction.service ?? ''] ?? '', 'broker'),
      remember: (name, pid, signal) => {
        guard.watch(name, pid, signal);
        record.add(name, pid, signal);
      },
      ...(options.instrument === undefined ? {} : { instrument: options.instrument }),
    });
    const flow = async (copies: Copies) => (flowBack = await startFlowBack(cast, copies));
    try {
      return { ...(await onCopies(options, { cast, programs, refusing, flow })), leftOut };
    } finally {
      await programs.stop();
      await flowBack?.close();
    }
  } catch (error) {
    throw explained(extraction.name, error, options.signal);
  } finally {
    await dropScratches(liveUrls).catch((error: unknown) =>
      options.reporter.warn(`scratch databases stay until the next rehearsal: ${explainError(error).message}`),
    );
    await refusing.close();
    record.remove();
    guard.stop();
  }
}

interface Scene {
  readonly cast: Cast;
  readonly programs: ScratchPrograms;
  readonly refusing: RefusingServer;
  readonly flow: (copies: Copies) => Promise<FlowBack>;
}

async function onCopies(options: RehearseOptions, scene: Scene): Promise<Omit<RehearsalEvidence, 'leftOut'>> {
  const { live, writesWanted, waitMs, reporter, signal } = options;
  const { cast, programs, refusing } = scene;
  const { extraction } = cast;
  const recorded = new RecordedWrites(
    cast.owners.filter(({ routes }) => routes.some((route) => route.rehearsed)).map(({ name }) => name),
    live.gateways,
  );
  let began = performance.now();
  const step = (name: string, text: string): void => {
    reporter.step(name, text, performance.now() - began);
    began = performance.now();
  };
  const monolith = monolithOf(live);
  const copies = await makeCopies({
    cast,
    monolith,
    databaseUrls: live.databaseUrls,
    withPartner: programs.needPartner,
    makeTables: (program, url) => programs.makeTables(program, url),
    onPosition: () => recorded.begin(),
    signal,
  });
  await tellOwners(live, cast, copies);
  const flowBack = await scene.flow(copies);
  step('copies', `${copies.rows} rows of the monolith, at one position`);
  signal.throwIfAborted();
  const urls = await programs.start(copies);
  await fillProjections(cast, copies);
  const services = cast.services.map(({ program }) => program).join(', ');
  step('programs', `the monolith ${copies.partner === undefined ? 'twice' : 'three times'} and ${services}, on the copies`);
  const wanted = writesWanted ?? Math.max(1, extraction.gates.writesReplayed * 2);
  const untilMs = performance.now() + waitMs;
  let isFirst = true;
  let dropped: RehearsalEvidence['dropped'] = {};
  const found = await rehearse({
    cast,
    copies,
    flowBack,
    programs: urls,
    writes: async () => {
      const collected = await recorded.collect(wanted, untilMs, signal);
      step('recorded', `${collected.writes.length} writes since ${isFirst ? 'the copies were made' : 'the last ones'}`);
      dropped = collected.dropped;
      isFirst = false;
      return collected.writes;
    },
    stopPrograms: () => programs.stop(),
    signal,
  });
  step('replayed', `${found.replayed} writes on each copy, then rows and events compared`);
  return { ...found, callsRefused: refusing.calls, dropped };
}

function monolithOf({ system }: LiveSystem): string {
  return Object.entries(system.definition.programs).find(([, { role }]) => role === 'monolith')?.[0] ?? '';
}

/** The services' copies are told what they will be told at the cutover. */
async function tellOwners(live: LiveSystem, cast: Cast, { services }: Copies): Promise<void> {
  const notices = createOwnerNotices(services);
  for (const other of live.system.migration.extractions) {
    const isMoved = cast.owners.some(({ name }) => name === other.name);
    const tells = other.tells.filter((program) => Object.hasOwn(services, program));
    await notices.tell({ ...other, tells }, isMoved ? (other.service ?? monolithOf(live)) : monolithOf(live));
  }
}

const fillWithinMs = 60_000;

/** Copies of what others own are made from the scratch copies of their owners, so that they stand at the same position. */
async function fillProjections({ services }: Cast, copies: Copies): Promise<void> {
  const keeper = createProjectionKeeper(copies.services);
  for (const { program } of services) {
    const projections = await keeper.check({ service: program }, { maxAgeS: 0, withinMs: fillWithinMs });
    const bad = projections.find(({ isFilled, differing }) => !isFilled || differing !== 0);
    if (bad === undefined) continue;
    const why = bad.error ?? (bad.isFilled ? `${bad.differing} keys differ from the owner's` : 'not filled in time');
    throw new MigrationError('MIGRATION_REHEARSAL_BROKEN_OFF', `The scratch copy of "${bad.name}" in ${program} is not good: ${why}.`);
  }
}

function stageOf({ extractions }: RehearseOptions['state'], name: string): Stage {
  return extractions.find((it) => it.name === name)?.stage ?? 'planned';
}

/** Scratch copies are made beside the live databases, and programs started on them: neither is done with what is not ours. */
function requireOwnPrograms({ system }: LiveSystem): void {
  const [first] = attachedPrograms(system.definition);
  if (first === undefined) return;
  const message = `"${first.name}" is attached: no second one of it can be started on a scratch copy.`;
  throw new MigrationError('MIGRATION_REHEARSAL_IMPOSSIBLE', message);
}

function requireRecording(name: string, stage: Stage): void {
  if (isRecording(stage)) return;
  throw new MigrationError('MIGRATION_REHEARSAL_STAGE', `"${name}" is ${stage}, so its writes are not recorded.`);
}

/** Processes of a rehearsal that was killed; one that is alive has the databases to itself. */
async function endEarlier(directory: string): Promise<void> {
  const earlier = readRunRecord(directory);
  if (earlier !== undefined && isAlive(earlier.owner)) {
    throw new CliError(
      'CLI_ALREADY_RUNS',
      `A rehearsal already runs here (pid ${earlier.owner.pid}).`,
      `kill ${earlier.owner.pid}, or wait for it`,
    );
  }
  if (earlier !== undefined) await endLeftovers(earlier);
  rmSync(directory, { recursive: true, force: true });
}

function nothingToRehearse(leftOut: RehearsalEvidence['leftOut']): RehearsalEvidence {
  const none = { replayed: 0, asRecorded: 0, equal: 0, explained: 0, differing: 0, callsRefused: 0 };
  return { ...none, rows: { compared: 0, explained: 0, differing: 0 }, dropped: {}, leftOut, rules: [], samples: [] };
}

/** An error that says itself what to do is passed on; any other says that nothing was proven, and nothing live touched. */
function explained(name: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return new CliError('CLI_INTERRUPTED', `The rehearsal of "${name}" was ended; nothing is left of it.`, `banyan rehearse ${name}`, {
      cause: error,
    });
  }
  const { code, fix } = (error ?? {}) as { readonly code?: unknown; readonly fix?: unknown };
  if (typeof code === 'string' && typeof fix === 'string') return error;
  const message = `The rehearsal of "${name}" broke off: ${explainError(error).message}`;
  return new MigrationError('MIGRATION_REHEARSAL_BROKEN_OFF', message, { cause: error });
}
