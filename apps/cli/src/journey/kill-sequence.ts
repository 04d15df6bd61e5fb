/** Ends programs at named crash points, one point after the other, while the journey goes on; remembers which were reached. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { armCrash, type FaultLog } from '@banyan/proof';
import type { RunningSystem } from '../running/start-system.ts';

export interface CrashTarget {
  readonly program: string;
  readonly point: string;
}

export interface Kill {
  readonly point: string;
  readonly target: string;
  readonly at: number;
  /** Taken away for a while on purpose: how long it was away is no outage to be measured. */
  readonly isAbsence?: true;
}

export interface KillBook {
  readonly kills: Kill[];
  readonly log: FaultLog;
  note(kill: Kill, endedAt?: number): void;
}

function crashFileOf(directory: string, program: string): string {
  return join(directory, 'crash', program);
}

/** Starts a program so that a point can be armed in it. */
export function instrumentFor(directory: string) {
  const preload = import.meta.resolve('@banyan/proof/crash-preload');
  return (program: string) => ({
    nodeArguments: ['--import', preload],
    environment: { BANYAN_CRASH_FILE: crashFileOf(directory, program) },
  });
}

/** Goes through points in order; `skip` puts the one that is armed to the end, because nothing reaches it just now. */
export class KillSequence {
  readonly #running: RunningSystem;
  readonly #book: KillBook;
  readonly #pending: CrashTarget[];
  readonly #abort = new AbortController();
  #pass = new AbortController();
  readonly #work: Promise<void>;

  constructor(running: RunningSystem, book: KillBook, targets: readonly CrashTarget[]) {
    this.#running = running;
    this.#book = book;
    this.#pending = [...targets];
    this.#work = this.#run();
  }

  get pending(): readonly CrashTarget[] {
    return this.#pending;
  }

  get current(): CrashTarget | undefined {
    return this.#pending[0];
  }

  skip(): void {
    this.#pass.abort();
  }

  /** Waits until every point was reached, or for so long. */
  async finished(timeoutMs: number): Promise<void> {
    await Promise.race([this.#work, delay(timeoutMs, undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const [target] = this.#pending;
      if (target === undefined) return;
      this.#pass = new AbortController();
      const armed = armCrash(crashFileOf(this.#running.plan.directory, target.program), target.point);
      const signal = AbortSignal.any([this.#abort.signal, this.#pass.signal]);
      const death = await armed.died({ timeoutMs: 600_000, signal });
      this.#pending.shift();
      if (death === undefined) this.#pending.push(target);
      else {
        this.#book.note({ point: target.point, target: target.program, at: death.at });
        await this.#running.ready(target.program, this.#abort.signal);
      }
    }
  }
}
