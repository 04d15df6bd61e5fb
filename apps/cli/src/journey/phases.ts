/** The phases of the journey, in order; each drives moves and requests until its crash points were reached. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { formatMs, marks, paint } from '../output.ts';
import type { CrashTarget } from './kill-sequence.ts';
import { KillSequence } from './kill-sequence.ts';
import { measuredReasons } from './measured-moves.ts';
import { extractionIn, type Target } from './mover.ts';
import { askedSoFar, type Journey } from './journey.ts';

export interface PhaseResult {
  readonly notReached: readonly string[];
  /** Writes to the moved tables before each measured cutover, since the ownership moved before. */
  readonly writesBeforeCutovers: readonly number[];
  /** Counts restart with the controller's gateways; the largest seen are kept. */
  readonly shadow: { readonly compared: number; readonly mismatches: number };
  readonly memoryMb: number;
}

interface Progress {
  readonly notReached: string[];
  readonly writesBeforeCutovers: number[];
  shadow: { compared: number; mismatches: number };
  memoryMb: number;
}

/** How often a pair of moves is repeated for one crash point before it counts as not reached. */
const roundsPerPoint = 2;

export async function runPhases(journey: Journey): Promise<PhaseResult> {
  const { plan } = journey;
  const short = journey.thoroughness === 'short';
  const progress: Progress = { notReached: [], writesBeforeCutovers: [], shadow: { compared: 0, mismatches: 0 }, memoryMb: 0 };
  const phase = (name: string, work: () => Promise<void>) => runPhase(journey, progress, name, work);
  const at = (stage: string, sharePercent?: number): Target => ({
    extraction: journey.extraction,
    stage,
    reason: 'the journey',
    ...(sharePercent === undefined ? {} : { sharePercent }),
  });
  const alternate = (points: readonly CrashTarget[], one: Target, other: Target) =>
    killWhileMoving(journey, progress, points, [one, other]);
  const wait = (points: readonly CrashTarget[]) => killWhileWaiting(journey, progress, points);

  await phase('copy', () => alternate(plan.copy, at('replicating'), at('planned')));
  await phase('shadow', async () => {
    await reach(journey, at('shadow'));
    await wait([...plan.follow, ...plan.requests]);
  });
  await phase('flips', () => measureFlips(journey, short ? 2 : 6));
  await phase('routes', () => alternate(plan.routes, at('canary', 10), at('shadow')));
  await phase('database', () => crashServer(journey));
  await phase('canary', () => reach(journey, at('canary', 100)));
  await phase('cutover', () => alternate(plan.cutover, at('owner'), at('canary', 100)));
  await phase('cancel', () => killWhileCancelling(journey, progress, plan.cancel, at('canary', 100)));
  await phase('owner', async () => {
    await reach(journey, at('owner'));
    await wait(plan.service);
    await killWhileOperating(journey, progress, plan.reverse);
    await crashServer(journey);
  });
  await phase('back', () => measureCutover(journey, progress, at('canary', 100), short ? 20 : 500));
  await phase('forward', () => measureCutover(journey, progress, at('owner'), short ? 20 : 500));
  return progress;
}

async function runPhase(journey: Journey, progress: Progress, name: string, work: () => Promise<void>): Promise<void> {
  journey.signal.throwIfAborted();
  const began = performance.now();
  const before = journey.book.kills.length;
  await work();
  const state = await journey.mover.settledState();
  const { compared, mismatches } = extractionIn(state, journey.extraction).shadow;
  progress.shadow = {
    compared: Math.max(compared, progress.shadow.compared),
    mismatches: Math.max(mismatches, progress.shadow.mismatches),
  };
  progress.memoryMb = Math.max(progress.memoryMb, journey.running.memoryMb());
  const kills = journey.book.kills.length - before;
  const facts = `${kills === 0 ? '' : `${kills} kills, `}${await askedSoFar(journey)}`;
  journey.reporter.line(`  ${marks.done} ${name.padEnd(12)} ${facts.padEnd(60)} ${paint('dim', formatMs(performance.now() - began))}`);
}

async function reach(journey: Journey, target: Target): Promise<void> {
  await journey.mover.reach(target);
}

/** Moves there and back until every point was reached, then ends at the first target. */
async function killWhileMoving(
  journey: Journey,
  progress: Progress,
  points: readonly CrashTarget[],
  targets: readonly [Target, Target],
): Promise<void> {
  const sequence = new KillSequence(journey.running, journey.book, points);
  try {
    const missesByPoint = new Map<string, number>();
    while (sequence.current !== undefined) {
      const { point } = sequence.current;
      for (const target of targets) await journey.mover.reach(target);
      if (sequence.current?.point !== point) continue;
      const misses = (missesByPoint.get(point) ?? 0) + 1;
      missesByPoint.set(point, misses);
      if (misses >= roundsPerPoint) break;
      sequence.skip();
    }
  } finally {
    progress.notReached.push(...sequence.pending.map((target) => target.point));
    await sequence.stop();
  }
  await journey.mover.reach(targets[0]);
}

/** Traffic alone reaches these; each program has its own sequence. */
async function killWhileWaiting(journey: Journey, progress: Progress, points: readonly CrashTarget[]): Promise<void> {
  const sequences = [...Map.groupBy(points, (target) => target.program).values()].map(
    (own) => new KillSequence(journey.running, journey.book, own),
  );
  await Promise.all(sequences.map((sequence) => sequence.finished(60_000)));
  progress.notReached.push(...sequences.flatMap((sequence) => sequence.pending.map((target) => target.point)));
  await Promise.all(sequences.map((sequence) => sequence.stop()));
  await Promise.all(points.map((target) => journey.running.ready(target.program)));
}

/** A writer that does not end stands in the way of the lock, so that the cutover cancels itself, until the point was reached. */
async function killWhileCancelling(journey: Journey, progress: Progress, points: readonly CrashTarget[], target: Target): Promise<void> {
  if (points.length === 0) return;
  const sequence = new KillSequence(journey.running, journey.book, points);
  const move = await withOwner(journey, async (writer, tables) => {
    await writer.query(`begin; lock table ${tables.join(', ')} in row exclusive mode`);
    const moving = journey.mover.reach(target);
    moving.catch(() => {}); // awaited below, when the writer is out of the way
    await sequence.finished(60_000);
    return { moving };
  });
  progress.notReached.push(...sequence.pending.map(({ point }) => point));
  await sequence.stop();
  await move.moving;
}

/** What an operator may do by hand to rows that others refer to: the reverse stream performs the cascade on the other side. */
async function killWhileOperating(journey: Journey, progress: Progress, points: readonly CrashTarget[]): Promise<void> {
  const statements = operatorStatements(journey);
  if (points.length === 0 || statements === undefined) return;
  const sequence = new KillSequence(journey.running, journey.book, points);
  for (let round = 1; round <= 20 && sequence.current !== undefined; round += 1) {
    await withOwner(journey, (owner) => owner.query(statements));
    await sequence.finished(500);
  }
  progress.notReached.push(...sequence.pending.map((target) => target.point));
  await sequence.stop();
  await journey.running.ready('controller');
}

/** `operator.sql` beside the system's traffic. */
function operatorStatements(journey: Journey): string | undefined {
  const { system } = journey.running.plan;
  const file = join(system.directory, system.definition.traffic?.directory ?? '', 'operator.sql');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function measureFlips(journey: Journey, pairs: number): Promise<void> {
  const { extraction } = journey;
  const reason = measuredReasons.flip;
  for (let pair = 0; pair < pairs; pair += 1) {
    await journey.mover.reach({ extraction, stage: 'canary', sharePercent: 10, reason });
    await delay(300);
    await journey.mover.reach({ extraction, stage: 'shadow', reason });
    await delay(300);
  }
}

/** Waits for so many writes since the ownership last moved, then moves it with nothing in the way. */
async function measureCutover(journey: Journey, progress: Progress, target: Target, writes: number): Promise<void> {
  const since = await writesOfOwner(journey);
  const deadline = Date.now() + 300_000;
  let made = 0;
  while (made < writes && Date.now() < deadline && !journey.signal.aborted) {
    await delay(500);
    made = (await writesOfOwner(journey)) - since;
  }
  progress.writesBeforeCutovers.push(made);
  await journey.mover.reach({ ...target, reason: measuredReasons.cutover });
  await delay(1_000);
}

async function crashServer(journey: Journey): Promise<void> {
  const at = Date.now();
  await journey.running.restartServer('immediate');
  journey.book.note({ point: 'restart', target: 'postgresql', at }, Date.now());
  for (const program of ['controller', 'gateway', journey.service]) await journey.running.ready(program);
  await journey.mover.settledState();
}

/** Rows written to the moving tables on the side that owns them, as its own statistics count them. */
async function writesOfOwner(journey: Journey): Promise<number> {
  return withOwner(journey, async (owner, tables) => {
    const { rows } = await owner.query<{ writes: string }>(
      `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) as writes from pg_stat_user_tables where schemaname || '.' || relname = any($1)`,
      [tables],
    );
    return Number(rows[0]?.writes);
  });
}

async function withOwner<Value>(journey: Journey, work: (owner: Client, tables: readonly string[]) => Promise<Value>): Promise<Value> {
  const { plan } = journey.running;
  const state = await journey.mover.settledState();
  const isService = extractionIn(state, journey.extraction).stage === 'owner';
  const programs = plan.system.definition.programs;
  const monolith = Object.keys(programs).find((name) => programs[name]?.role === 'monolith') ?? '';
  const owner = programs[isService ? journey.service : monolith];
  const client = new Client({ connectionString: plan.databaseUrl(owner?.database ?? '') });
  client.on('error', () => {}); // reported by the statement that is running
  await client.connect();
  try {
    return await work(
      client,
      journey.tables.map((table) => (isService ? table.target : table.source)),
    );
  } finally {
    await client.end();
  }
}
