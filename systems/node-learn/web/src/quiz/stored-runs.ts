/** Runs are kept in this browser, one per mode, so that a reload or a closed lid loses nothing. */
import { isOver, type Run } from './run.ts';

const prefix = 'node-learn.run.';
const latest = 'node-learn.latest-run';
const lengthKey = 'node-learn.run-length';

export const lengths = [5, 10, 20] as const;
const lengthDefault = 10;

export function readRun(modeId: number | string): Run | undefined {
  const text = localStorage.getItem(`${prefix}${modeId}`);
  try {
    return text === null ? undefined : (JSON.parse(text) as Run);
  } catch {
    return undefined; // somebody else wrote it
  }
}

export function keepRun(run: Run): void {
  localStorage.setItem(`${prefix}${run.modeId}`, JSON.stringify(run));
  localStorage.setItem(latest, String(run.modeId));
}

export function forgetRun(modeId: number): void {
  localStorage.removeItem(`${prefix}${modeId}`);
}

/** The run somebody played last, while it is not over. */
export function latestOpenRun(): Run | undefined {
  const run = readRun(localStorage.getItem(latest) ?? '');
  return run === undefined || isOver(run) ? undefined : run;
}

export function openRunOf(modeId: number): Run | undefined {
  const run = readRun(modeId);
  return run === undefined || isOver(run) ? undefined : run;
}

/** So that the next visit to the mode starts a run and does not show the result of this one. */
export function forgetFinishedRun(modeId: number): void {
  if (openRunOf(modeId) === undefined) forgetRun(modeId);
}

/** How many questions a run has; Infinity for all there are. */
export function readLength(): number {
  const text = localStorage.getItem(lengthKey);
  if (text === 'all') return Infinity;
  return lengths.find((length) => String(length) === text) ?? lengthDefault;
}

export function keepLength(length: number): void {
  localStorage.setItem(lengthKey, length === Infinity ? 'all' : String(length));
}
