// Moves the clock of a program that was started with the clock preload.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ProofError } from './errors.ts';

export interface ClockControl {
  /** The program's time will be this instant, now; from there it runs on. Resolves once the program says so; 5 s at most. */
  jumpTo(instant: Date): Promise<void>;
  /** Back to real time. */
  reset(): Promise<void>;
}

/** What the control side writes, and what the program writes to `<file>.seen` when it has done so. */
export interface ClockOrder {
  readonly offsetMs: number;
  readonly order: number;
}

const answerTimeoutMs = 5000;

/** @param file what BANYAN_CLOCK_FILE of the program names. */
export function createClockControl(file: string): ClockControl {
  let order = Date.now();
  const set = async (offsetMs: number) => {
    order += 1;
    const wanted = JSON.stringify({ offsetMs, order } satisfies ClockOrder);
    writeFileSync(`${file}.new`, wanted);
    renameSync(`${file}.new`, file);
    for (const deadline = performance.now() + answerTimeoutMs; performance.now() < deadline; await delay(10)) {
      if (existsSync(`${file}.seen`) && readFileSync(`${file}.seen`, 'utf8') === wanted) return;
    }
    throw new ProofError('PROOF_CLOCK', `No program followed the clock file ${file} within ${answerTimeoutMs} ms.`);
  };
  return { jumpTo: (instant) => set(instant.getTime() - Date.now()), reset: () => set(0) };
}
