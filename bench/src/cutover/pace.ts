/** How many writes a second are asked for: as many as the machine can at the time, because an open loop above that measures only its own queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { perSecond, type LoadTurn } from './load-driver.ts';
import type { World } from './world.ts';

export const wantedPerSecond = 1_000;
/** The first is asked for whatever the machine does. */
const steps = [100, 200, 400, 600, 800, wantedPerSecond];
const trialMs = 2_000;

export interface Pace {
  readonly perSecond: () => number;
  /** One step down after a turn that was too much, one up after an easy one. */
  adjust(isTooMuch: boolean, isEasy: boolean): Promise<void>;
}

/** Tries the steps upwards and stays at the last one the machine keeps up with. */
export async function findPace({ load, port }: World, say: (line: string) => void): Promise<Pace> {
  let step = 0;
  for (const [place, rate] of steps.entries()) {
    await load.start(port, rate);
    await sleep(trialMs / 2); // sessions open, code is compiled
    await load.begin('moved', 'service');
    await sleep(trialMs);
    const turn = await load.take();
    if (turn.failures.length > 0) throw new Error(`${turn.failures.length} of ${turn.sent} writes failed: ${turn.failures[0]}`);
    const figures = `${perSecond(turn).toFixed(0)} done, p50 ${turn.p50Ms.toFixed(0)} ms, p99 ${turn.p99Ms.toFixed(0)} ms`;
    say(`${rate} writes/s asked for: ${figures}${isTooMuch(turn) ? ': too many' : ''}`);
    if (isTooMuch(turn)) break;
    step = place;
  }
  await load.start(port, steps[step]!);
  return {
    perSecond: () => steps[step]!,
    adjust: async (tooMuch, easy) => {
      const next = tooMuch ? Math.max(0, step - 1) : easy ? Math.min(steps.length - 1, step + 1) : step;
      if (next === step) return;
      step = next;
      await load.start(port, steps[step]!);
    },
  };
}

export function isTooMuch(turn: LoadTurn): boolean {
  return turn.withheld > 0 || !(turn.p50Ms < 50) || turn.p99Ms > 2_000 || turn.acknowledged < turn.sent * 0.9;
}

export function isEasy(turn: LoadTurn): boolean {
  return turn.withheld === 0 && turn.p50Ms < 10;
}
