/** Ends programs at crash points: while something moves, while traffic flows, while a cutover cancels itself, while something is broken. */
import type { RedriveEnd } from '@banyan/controller/redriving';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journey } from './journey.ts';
import type { Leg } from './leg.ts';
import type { CrashTarget } from './kill-sequence.ts';
import { KillSequence } from './kill-sequence.ts';
import type { Target } from './mover.ts';
import { databaseOf, withDatabase, withOwner } from './owners.ts';

/** How often a pair of moves is repeated for one crash point before it counts as not reached. */
const roundsPerPoint = 2;
/** Traffic reaches most points within a second or two, once the program that was killed before is up again. */
const hastyMs = 20_000;
/** What only a few answers come by takes longer, and is not tried again. */
const patientMs = 60_000;
const cancelWithinMs = 60_000;
const redriveWithinMs = 120_000;
const deadlockDetected = '40P01';

/** Moves there and back until every point was reached, then ends at the first target. */
export async function killWhileMoving(journey: Journey, points: readonly CrashTarget[], targets: readonly [Target, Target]): Promise<void> {
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
    noteUnreached(journey, sequence.pending);
    await sequence.stop();
  }
  await journey.mover.reach(targets[0]);
}

/** Traffic alone reaches these. */
export async function killWhileWaiting(journey: Journey, points: readonly CrashTarget[]): Promise<void> {
  noteUnreached(journey, await killInTurn(journey, points, patientMs));
}

/**
 * One program after the other, so that each comes back as on a machine that has nothing else to start. A point that nothing reaches for a while is put
 * behind the others of its program; answers those that nothing reached at all.
 */
async function killInTurn(journey: Journey, points: readonly CrashTarget[], patienceMs: number): Promise<readonly CrashTarget[]> {
  const unreached: CrashTarget[] = [];
  for (const own of Map.groupBy(points, (target) => target.program).values())
    unreached.push(...(await killProgram(journey, own, patienceMs)));
  await Promise.all(points.map((target) => journey.running.ready(target.program)));
  return unreached;
}

async function killProgram(journey: Journey, points: readonly CrashTarget[], patienceMs: number): Promise<readonly CrashTarget[]> {
  const sequence = new KillSequence(journey.running, journey.book, points);
  for (
    let [left, misses, since] = [points.length, 0, Date.now()];
    misses < left && !journey.signal.aborted;
    left = sequence.pending.length
  ) {
    await sequence.finished(200);
    if (sequence.pending.length < left) [misses, since] = [0, Date.now()];
    else if (Date.now() - since > patienceMs) {
      sequence.skip();
      [misses, since] = [misses + 1, Date.now()];
    }
  }
  await sequence.stop();
  return sequence.pending;
}

/** A writer that does not end stands in the way of the lock, so that the cutover cancels itself, until the point was reached. */
export async function killWhileCancelling(journey: Journey, leg: Leg, points: readonly CrashTarget[], target: Target): Promise<void> {
  if (points.length === 0) return;
  const sequence = new KillSequence(journey.running, journey.book, points);
  const move = await withOwner(journey, leg, async (writer, tables) => {
    await writer.query(`begin; lock table ${tables.join(', ')} in row exclusive mode`);
    const moving = journey.mover.reach(target);
    moving.catch(() => {}); // awaited below, when the writer is out of the way
    await sequence.finished(cancelWithinMs);
    return { moving };
  });
  noteUnreached(journey, sequence.pending);
  await sequence.stop();
  await move.moving;
}

/** What an operator may do by hand to rows that others refer to: the reverse stream performs the cascade on the other side. */
export async function killWhileOperating(journey: Journey, leg: Leg, points: readonly CrashTarget[]): Promise<void> {
  const statements = trafficFile(journey, 'operator.sql');
  if (points.length === 0 || statements === undefined) return;
  const sequence = new KillSequence(journey.running, journey.book, points);
  for (let round = 1; round <= 20 && sequence.current !== undefined; round += 1) {
    await withOwner(journey, leg, (owner) => owner.query(statements));
    await sequence.finished(500);
  }
  noteUnreached(journey, sequence.pending);
  await sequence.stop();
  await journey.running.ready('controller');
}

/** Whether the system says how a service is broken and mended. */
export function canBreak(journey: Journey, service: string): boolean {
  return trafficFile(journey, `${service}.break.sql`) !== undefined && trafficFile(journey, `${service}.mend.sql`) !== undefined;
}

/** First by traffic alone; what that does not reach, with broken what services need: failing, setting aside, undoing, mending itself. */
export async function killWhileWaitingOrBroken(journey: Journey, points: readonly CrashTarget[]): Promise<void> {
  const breakable = journey.legs.map(({ service }) => service).filter((service) => canBreak(journey, service));
  const left = await killInTurn(journey, points, breakable.length === 0 ? patientMs : hastyMs);
  const broken = left.length === 0 ? [] : breakable;
  if (broken.length === 0) return noteUnreached(journey, left);
  const apply = async (what: 'break' | 'mend') => {
    for (const service of broken) await runAmongOthers(databaseOf(journey, service), trafficFile(journey, `${service}.${what}.sql`) ?? '');
  };
  await apply('break');
  try {
    await killWhileWaiting(journey, left);
  } finally {
    await apply('mend');
  }
  await redriveAll(journey);
}

/** Statements that lock tables which traffic locks too, in whatever order: the server ends one of two that wait for each other, and what it ends here is tried again. */
async function runAmongOthers(url: string, statements: string): Promise<void> {
  for (let triesLeft = 20; ; triesLeft -= 1) {
    try {
      await withDatabase(url, (client) => client.query(statements));
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== deadlockDetected || triesLeft === 0) throw error;
    }
  }
}

/** What could not be handled while something was broken, as an operator has it handled afterwards: until nothing is left. */
async function redriveAll(journey: Journey): Promise<void> {
  const order = { selector: { all: true }, actor: 'prove', reason: 'what was broken is mended', dryRun: false };
  for (const deadline = Date.now() + redriveWithinMs; Date.now() < deadline;) {
    const end = await journey.client.move('/v1/dead-letters/redrive', order, () => {}, journey.signal);
    if ((end as unknown as RedriveEnd).letters === 0) return;
  }
  journey.progress.notReached.push('dead letters are left after what was broken was mended');
}

export async function crashServer(journey: Journey): Promise<void> {
  const at = Date.now();
  await journey.running.restartServer('immediate');
  journey.book.note({ point: 'restart', target: 'postgresql', at }, Date.now());
  for (const program of ['controller', 'gateway', ...journey.legs.map(({ service }) => service)]) await journey.running.ready(program);
  await journey.mover.settledState();
}

function noteUnreached(journey: Journey, points: readonly CrashTarget[]): void {
  journey.progress.notReached.push(...points.map(({ program, point }) => `${point} in ${program}`));
}

/** Lies beside the system's traffic; not every system has every one. */
function trafficFile(journey: Journey, name: string): string | undefined {
  const { system } = journey.running.plan;
  const file = join(system.directory, system.definition.traffic?.directory ?? '', 'faults', name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
