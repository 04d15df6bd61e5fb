/** Cutovers there and back under load, through the real gateway, beside what any switch costs at least: a hand-written one in the same run. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkOptions, BenchmarkRow } from './benchmark.ts';
import { countWrites } from './cutover/count-writes.ts';
import { renderParts, toRows, type Round } from './cutover/figures.ts';
import { perSecond, type LoadTurn } from './cutover/load-driver.ts';
import { createMover, type Moved, type Mover } from './cutover/moves.ts';
import { otherSide } from './cutover/names.ts';
import { findPace, isEasy, isTooMuch, type Pace } from './cutover/pace.ts';
import { probeRaw, switchRaw } from './cutover/raw-switch.ts';
import { startWorld, type World } from './cutover/world.ts';

/** Load before and after each switch. */
const settleMs = 700;
const cancelledMax = 10;
/** There and back once before anything counts: sessions and compiled code on both sides. */
const warmUpRounds = 2;

export const benchmark: Benchmark = {
  title:
    'Cutover: two tables there and back between two PostgreSQL databases (fsync on), writes going on through the gateway (2 workers), every acknowledged write counted',
  rounds: 50,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  const world = await startWorld();
  try {
    const pace = await findPace(world, say);
    const mover = await createMover(world);
    try {
      await runRounds({ world, mover, pace, say: () => {} }, warmUpRounds);
      const measured = await runRounds({ world, mover, pace, say }, rounds);
      return await settle(world, mover, measured, say);
    } finally {
      await mover.close();
    }
  } finally {
    await world.close();
  }
}

interface Course {
  readonly world: World;
  readonly mover: Mover;
  readonly pace: Pace;
  readonly say: BenchmarkOptions['say'];
}

async function runRounds({ world, mover, pace, say }: Course, rounds: number): Promise<Round[]> {
  const measured: Round[] = [];
  let cancelled = 0;
  while (measured.length < rounds) {
    const number = measured.length + 1;
    // Ours first in odd pairs of rounds, so that nobody always comes after the same neighbour.
    const rawFirst = Math.floor(measured.length / 2) % 2 === 1;
    const before = rawFirst ? await rawTurn(world, mover.owner()) : undefined;
    const owner = mover.owner();
    const askedPerSecond = pace.perSecond();
    const own = await ownTurn(world, mover);
    const { report, load } = own;
    if (report.cancelled !== undefined) {
      say(`round ${number}: cancelled itself, nothing changed: ${report.cancelled.reason}`);
      if (++cancelled > cancelledMax)
        throw new Error(`More than ${cancelledMax} cutovers in a row cancelled themselves; is the machine busy?`);
      await pace.adjust(true, false);
      if (before !== undefined) await rawTurn(world, otherSide(owner)); // back to the side the next try begins on
      continue;
    }
    cancelled = 0;
    const { raw, rawLoad } = before ?? (await rawTurn(world, owner));
    measured.push({ ...own, raw, rawLoad });
    await pace.adjust(isTooMuch(load), isEasy(load));
    say(
      `round ${number} of ${rounds}, ${report.direction}: held ${report.heldMs.toFixed(0)} ms (by hand ${raw.heldMs.toFixed(0)}), ${perSecond(load).toFixed(0)} of ${askedPerSecond} writes/s, failed ${load.failures.length}, load ${loadavg()[0]!.toFixed(1)}`,
    );
  }
  return measured;
}

async function ownTurn({ load }: World, mover: Mover): Promise<Moved & { readonly load: LoadTurn }> {
  await load.begin('moved', otherSide(mover.owner()));
  await sleep(settleMs);
  const moved = await mover.move();
  await sleep(settleMs);
  return { ...moved, load: await load.take() };
}

async function rawTurn(world: World, owner: 'monolith' | 'service'): Promise<Pick<Round, 'raw' | 'rawLoad'>> {
  await world.load.begin('raw', otherSide(owner));
  await sleep(settleMs);
  const probes = await probeRaw(world, owner);
  const raw = await switchRaw(world, owner);
  await sleep(settleMs);
  return { raw: { ...probes, ...raw }, rawLoad: await world.load.take() };
}

/** @throws when a request failed, or a write was lost or doubled: figures of such a run are worth nothing. */
async function settle(world: World, mover: Mover, rounds: readonly Round[], say: BenchmarkOptions['say']): Promise<BenchmarkRow[]> {
  const { failures, ...acknowledged } = await world.load.stop();
  const count = await countWrites(world.databases[mover.owner()], acknowledged);
  const differing = await mover.differing();
  const withheld = rounds.reduce((sum, { load }) => sum + load.withheld, 0);
  const late = rounds.reduce((sum, { load }) => sum + load.late, 0);
  for (const line of renderParts(rounds)) say(line);
  say(
    `acknowledged ${count.acknowledged}, lost ${count.lost}, doubled ${count.doubled}, failed ${failures.length}, answered by the old owner after the new one ${late}, rows that differ between the sides ${differing}; not sent because too many were under way: ${withheld}`,
  );
  if (count.lost + count.doubled + failures.length + differing + late > 0)
    throw new Error(`Nothing may be lost, doubled, late, failed or different; failures begin with: ${failures.slice(0, 3).join('; ')}`);
  return toRows({ rounds, count, failed: failures.length });
}
