/** The record of one run: which processes it started, so that the next run (or a guard) can end what a killed run left behind. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statOf } from './memory.ts';

export interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks since boot, from /proc: tells a process from a later one with the same pid. */
  readonly startedTicks: string | undefined;
  /** The signal it ends quickest with, and safely. */
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
  /** It has answered since it was started. */
  readonly isReady?: boolean;
}

export interface RunFacts {
  readonly system: string;
  readonly gatewayUrl: string;
  readonly controllerUrl: string;
  readonly controllerToken: string;
  /** Where links to the console are asked for; absent in a run without one. */
  readonly console?: { readonly url: string; readonly token: string };
  readonly startedAt: string;
}

interface RecordFile {
  readonly owner: { pid: number; startedTicks: string | undefined };
  readonly facts?: RunFacts;
  readonly processes: readonly RecordedProcess[];
}

export class RunRecord {
  readonly #file: string;
  readonly #onTrouble: (error: unknown) => void;
  #content: RecordFile;

  /** `onTrouble` hears of a record that could not be written later on, as when the disk is full; the run goes on. */
  constructor(directory: string, onTrouble: (error: unknown) => void = () => {}) {
    this.#onTrouble = onTrouble;
    this.#file = join(directory, 'run.json');
    this.#content = { owner: { pid: process.pid, startedTicks: statOf(process.pid)?.startedTicks }, processes: [] };
  }

  write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#content, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  setFacts(facts: RunFacts): void {
    this.#content = { ...this.#content, facts };
    this.write();
  }

  add(name: string, pid: number, signal: RecordedProcess['signal']): void {
    const others = this.#content.processes.filter((entry) => entry.name !== name);
    this.#content = { ...this.#content, processes: [...others, { name, pid, signal, startedTicks: statOf(pid)?.startedTicks }] };
    this.#writeOrTell();
  }

  ready(name: string): void {
    const processes = this.#content.processes.map((entry) => (entry.name === name ? { ...entry, isReady: true } : entry));
    this.#content = { ...this.#content, processes };
    this.#writeOrTell();
  }

  #writeOrTell(): void {
    try {
      this.write();
    } catch (error) {
      this.#onTrouble(error);
    }
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

export function readRunRecord(directory: string): RecordFile | undefined {
  const file = join(directory, 'run.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RecordFile;
  } catch {
    return undefined; // torn by a crash of the machine: nothing can be learned from it
  }
}

export function isAlive(entry: { pid: number; startedTicks: string | undefined }): boolean {
  const stat = statOf(entry.pid);
  if (stat !== undefined) return stat.startedTicks === entry.startedTicks && stat.state !== 'Z';
  if (process.platform === 'linux') return false;
  try {
    process.kill(entry.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends every process an earlier, killed run left: asks first, after two seconds insists. Returns their names. */
export async function endLeftovers(record: RecordFile): Promise<string[]> {
  const left = record.processes.filter(isAlive);
  for (const entry of left) sendSignal(entry.pid, entry.signal);
  const deadline = Date.now() + 2_000;
  while (left.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
  for (const entry of left.filter(isAlive)) sendSignal(entry.pid, 'SIGKILL');
  return left.map((entry) => `${entry.name} (pid ${entry.pid})`);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone in between
  }
}

export interface Guard {
  readonly pid: number | undefined;
  /** Also called for a program that was started again: the latest process of a name is the one that counts. */
  watch(name: string, pid: number, signal: RecordedProcess['signal']): void;
  /** An orderly end: nothing is left to be ended. */
  stop(): void;
}

/**
 * Starts a small shell that outlives a SIGKILL of this process: it waits for the end of its input (which comes when we
 * die, however we die) and then sends each process it was told of its signal. It needs no file, so a full disk does not matter.
 */
export function startGuard(): Guard {
  const program = `$1=="end" { split("", pids); next } { pids[$1] = $2; signals[$1] = $3 } END { for (name in pids) system("kill -" signals[name] " " pids[name] " 2>/dev/null") }`;
  const shell = spawn('/bin/sh', ['-c', 'exec awk "$1"', 'banyan-guard', program], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.on('error', () => {}); // no shell: the next run cleans up instead
  shell.stdin.on('error', () => {}); // nor a guard that somebody ended
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void }).unref?.();
  return {
    pid: shell.pid,
    watch: (name, pid, signal) => void shell.stdin.write(`${name.replaceAll(/\s/g, '_')} ${pid} ${signal.slice(3)}\n`),
    stop: () => void shell.stdin.end('end\n'),
  };
}
