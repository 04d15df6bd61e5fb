// Does harm on purpose, by process id, and keeps a record of it with times.
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedServer } from './embedded-server.ts';
import { ProofError } from './errors.ts';
import { isAlive } from './postgres/leftovers.ts';

export interface Fault {
  /** What was done: a crash point, `kill`, `pause`, `restart`. */
  readonly point: string;
  /** Whom it hit: `auth`, `postgresql`, ... */
  readonly target: string;
  /** Groups of the ledger whose requests it may touch. */
  readonly affects: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the harm itself was over (a paused process continued, the server accepted connections again), where that is known. */
  readonly endedAt?: number;
}

export interface FaultLog {
  readonly path: string;
  record(fault: Fault): void;
}

/** One JSON line per fault, beside the ledger. */
export function openFaultLog(path: string): FaultLog {
  return { path, record: (fault) => appendFileSync(path, `${JSON.stringify(fault)}\n`) };
}

export function readFaultLog(path: string): Fault[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fault);
}

/** SIGKILL; resolves when the process is gone (5 s at most). A process that is gone already is no error. */
export async function killProcess(pid: number): Promise<{ at: number }> {
  const at = Date.now();
  signal(pid, 'SIGKILL');
  for (let waitedMs = 0; isAlive(pid) && waitedMs < 5000; waitedMs += 5) await delay(5);
  return { at };
}

/**
 * The same for a program of a supervised run, by its name in the run's record (`run.json`), where the supervisor notes the process that follows.
 * Throws PROOF_TARGET when the record does not name it.
 */
export async function killRecordedProgram(runRecord: string, program: string): Promise<void> {
  const { processes } = JSON.parse(readFileSync(runRecord, 'utf8')) as { processes: readonly { name: string; pid: number }[] };
  const found = processes.find(({ name }) => name === program);
  if (found === undefined) throw new ProofError('PROOF_TARGET', `The record ${runRecord} names no program "${program}".`);
  await killProcess(found.pid);
}

/** SIGSTOP, then SIGCONT after `ms`, also when the abort signal comes first. */
export async function pauseProcess(
  pid: number,
  ms: number,
  options: { signal?: AbortSignal } = {},
): Promise<{ at: number; endedAt: number }> {
  const at = Date.now();
  signal(pid, 'SIGSTOP');
  try {
    await delay(ms, undefined, options).catch((error: unknown) => {
      if (options.signal?.aborted !== true) throw error;
    });
  } finally {
    signal(pid, 'SIGCONT');
  }
  return { at, endedAt: Date.now() };
}

/** `immediate` is a crash with recovery, `fast` an orderly restart. */
export async function restartPostgres(
  server: Pick<EmbeddedServer, 'restart'>,
  mode: 'fast' | 'immediate',
): Promise<{ at: number; endedAt: number }> {
  const at = Date.now();
  await server.restart(mode);
  return { at, endedAt: Date.now() };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
