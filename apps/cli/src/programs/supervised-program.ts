/** One program under supervision: started, waited for until ready, restarted when it dies, stopped in order. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';

export interface ProgramSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Answers 200 when the program can serve. */
  readonly readyUrl?: string;
  /** For a program that serves nobody: what it writes to its output when it works. */
  readonly readyText?: string;
  readonly readyHeaders?: Readonly<Record<string, string>>;
  /** Time limit for becoming ready, default 30 s. */
  readonly readyTimeoutMs?: number;
}

export interface ProgramListener {
  onSpawn?(program: SupervisedProgram, pid: number): void;
  onReady?(program: SupervisedProgram, readyMs: number): void;
  onExit?(program: SupervisedProgram, how: string): void;
}

const restartDelayMs = 50;
const restartDelayMsMax = 2_000;
const stopTimeoutMs = 5_000;

export class SupervisedProgram {
  readonly spec: ProgramSpec;
  readonly #listener: ProgramListener;
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve('never started');
  #isStopping = false;
  /** What has never been ready is not started again: its first end is the end of the start. */
  #wasReady = false;
  /** Whether the present process has been ready. */
  #isUp = false;
  #restartCount = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  /** Where the output of the present process begins in the log, in bytes. */
  #outputFrom = 0;

  constructor(spec: ProgramSpec, listener: ProgramListener = {}) {
    this.spec = spec;
    this.#listener = listener;
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restartCount(): number {
    return this.#restartCount;
  }

  /** Starts the program and resolves with the time it took to become ready; fails with its last log lines when it does not. */
  async start(): Promise<number> {
    this.#isStopping = false;
    const started = performance.now();
    this.#spawn();
    await this.#waitUntilReady();
    this.#wasReady = true;
    const readyMs = performance.now() - started;
    this.#listener.onReady?.(this, readyMs);
    return readyMs;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await this.#exited;
    clearTimeout(insist);
  }

  /** For faults on purpose: ends the process at once; supervision starts it again. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #spawn(): void {
    mkdirSync(dirname(this.spec.logFile), { recursive: true });
    this.#outputFrom = existsSync(this.spec.logFile) ? statSync(this.spec.logFile).size : 0;
    const log = openSync(this.spec.logFile, 'a');
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.directory,
      env: { ...inheritedEnvironment(), ...this.spec.environment },
      stdio: ['ignore', log, log],
      detached: true, // its own process group: Ctrl-C reaches us alone, and we end it in order
    });
    closeSync(log);
    this.#child = child;
    if (child.pid !== undefined) this.#listener.onSpawn?.(this, child.pid);
    this.#isUp = false;
    this.#exited = new Promise((resolve) => {
      const ended = (how: string) => {
        if (this.#child === child) this.#child = undefined;
        resolve(how);
        if (!this.#isStopping && this.#wasReady) this.#scheduleRestart(how);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  /** One that was ready is started again at once; only one that does not become ready is given more time from try to try. */
  #scheduleRestart(how: string): void {
    this.#listener.onExit?.(this, how);
    this.#restartCount = this.#isUp ? 1 : this.#restartCount + 1;
    const delayMs = Math.min(restartDelayMs * 2 ** (this.#restartCount - 1), restartDelayMsMax);
    const restartedAt = performance.now();
    this.#restartTimer = setTimeout(() => {
      try {
        this.#spawn();
      } catch (error) {
        this.#isUp = false;
        this.#scheduleRestart(error instanceof Error ? error.message : String(error));
        return;
      }
      void this.#waitUntilReady().then(
        () => this.#listener.onReady?.(this, performance.now() - restartedAt),
        () => {}, // it died again: its own exit schedules the next try
      );
    }, delayMs);
  }

  async #waitUntilReady(): Promise<void> {
    const child = this.#child;
    const deadline = Date.now() + (this.spec.readyTimeoutMs ?? 30_000);
    while (Date.now() < deadline) {
      if (this.#child !== child || child === undefined) throw this.#failure(`ended before it was ready (${await this.#exited})`);
      if (await this.isReady()) {
        this.#isUp = true;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw this.#failure(`was not ready after ${(this.spec.readyTimeoutMs ?? 30_000) / 1000} s`);
  }

  async isReady(): Promise<boolean> {
    const { readyUrl, readyText = '' } = this.spec;
    if (this.#child === undefined) return false;
    if (readyUrl === undefined) return readFileSync(this.spec.logFile).subarray(this.#outputFrom).includes(readyText);
    try {
      const answer = await fetch(readyUrl, { headers: this.spec.readyHeaders ?? {}, signal: AbortSignal.timeout(1_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  #failure(what: string): CliError {
    return new CliError('CLI_PROGRAM_FAILED', `The program ${this.name} ${what}.`, `less ${this.spec.logFile}`, {
      details: lastLines(this.spec.logFile, 12),
    });
  }
}

/** What every program may inherit; anything else reaches it only through its specification. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER', 'SYSTEMROOT'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function lastLines(file: string, count: number): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-count);
  } catch {
    return [];
  }
}
