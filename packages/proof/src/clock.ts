// Moves the clock of programs that were started with the clock preload.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ProofError } from './errors.ts';

export interface ClockControl {
  /**
   * The program's time will be so long before the next midnight (UTC) that it has not lived through yet; from there it runs on.
   * After one such jump and the way back that is a day later than the calendar's: what ran at midnight has planned its next run
   * behind it. `after`: and after this day, which is over for those who remember it across restarts. Resolves once a program says so; 5 s at most.
   */
  jumpToMidnight(options: { readonly beforeMs: number; readonly after?: Date }): Promise<void>;
  /** Back to real time. */
  reset(): Promise<void>;
}

/** What the control side writes, and what the program writes to `<file>.seen` when it has done so; `<file>.began` says when it was started. */
export interface ClockOrder {
  readonly offsetMs: number;
  readonly order: number;
  /** The latest time the program has seen before this order, in milliseconds since 1970. */
  readonly seenUntil: number;
}

const answerTimeoutMs = 5000;

/** @param file what BANYAN_CLOCK_FILE of the program names. */
export function createClockControl(file: string): ClockControl {
  const set = async (offsetMs: number) => {
    const order = orderAfter(file, offsetMs);
    const wanted = JSON.stringify(order);
    writeFileSync(`${file}.new`, wanted);
    renameSync(`${file}.new`, file);
    for (const deadline = performance.now() + answerTimeoutMs; performance.now() < deadline; await delay(10)) {
      if (existsSync(`${file}.seen`) && readFileSync(`${file}.seen`, 'utf8') === wanted) return;
    }
    throw new ProofError('PROOF_CLOCK', `No program followed the clock file ${file} within ${answerTimeoutMs} ms.`);
  };
  return {
    jumpToMidnight: ({ beforeMs, after = new Date(0) }) => {
      const midnight = new Date(Math.max(orderAfter(file, 0).seenUntil, after.getTime()));
      midnight.setUTCHours(24, 0, 0, 0);
      return set(midnight.getTime() - beforeMs - Date.now());
    },
    reset: () => set(0),
  };
}

function readOrder(file: string): ClockOrder | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClockOrder) : undefined;
}

/** A program that was started since the last order has lived through nothing before. */
function orderAfter(file: string, offsetMs: number): ClockOrder {
  const last = readOrder(file);
  const began = existsSync(`${file}.began`) ? Number(readFileSync(`${file}.began`, 'utf8')) : 0;
  const now = Date.now();
  const seenUntil = last === undefined || began > last.order ? 0 : last.seenUntil;
  return {
    offsetMs,
    order: Math.max(now, (last?.order ?? 0) + 1),
    seenUntil: Math.max(now, seenUntil, now + (last?.offsetMs ?? 0)),
  };
}
