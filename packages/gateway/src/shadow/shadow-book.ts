/** The primary's side of the comparisons: hands samples to the thread, bounded, and asks it for what it found. */
import { Worker } from 'node:worker_threads';
import type { GatewayLimits } from '../config.ts';
import type { ShadowReport } from '../shadow-report.ts';
import type { FromThread, ThreadSettings, ToThread } from './comparison-thread.ts';
import type { ShadowSample, ShadowTally } from './sample.ts';

export interface ShadowBookParts {
  readonly path: string;
  readonly limits: GatewayLimits;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Asks the worker with this pid to put a sample's request to both sides again. */
  readonly confirm: (pid: number, sampleId: number, scope: string | undefined) => void;
}

export interface ShadowTotals {
  readonly route: string;
  readonly compared: number;
  readonly mismatches: number;
  readonly excused: number;
  readonly unanswered: number;
  readonly dropped: number;
}

/** Samples given to the thread and not yet taken; beyond it they are dropped and counted. */
const waitingMax = 2_000;
const dayMs = 86_400_000;
const restartAfterMs = 500;

export class ShadowBook {
  readonly #parts: ShadowBookParts;
  readonly #answers = new Map<number, (value: unknown) => void>();
  #thread: Worker;
  #waiting = 0;
  #lastId = 0;
  #closing = false;

  constructor(parts: ShadowBookParts) {
    this.#parts = parts;
    this.#thread = this.#start();
  }

  take(pid: number, samples: readonly ShadowSample[], tallies: readonly ShadowTally[]): void {
    const fits = this.#waiting + samples.length <= waitingMax;
    if (fits) this.#waiting += samples.length;
    const dropped = fits ? [] : samples.map(({ route }) => ({ route, equal: 0, ownerEqual: 0, dropped: { 'comparison-busy': 1 } }));
    this.#tell({ kind: 'samples', source: String(pid), samples: fits ? samples : [], tallies: [...tallies, ...dropped] });
  }

  /** A worker has ended: what it was to ask again will not come. */
  forget(pid: number): void {
    this.#tell({ kind: 'forget', source: String(pid) });
  }

  async report(): Promise<ShadowReport> {
    return (await this.#ask('report')) as ShadowReport;
  }

  async totals(): Promise<ShadowTotals[]> {
    const { routes } = await this.report();
    return Object.entries(routes).map(([route, { compared, mismatches, excused, unanswered, dropped }]) => ({
      route,
      compared,
      mismatches,
      excused,
      unanswered,
      dropped,
    }));
  }

  async reset(): Promise<void> {
    await this.#ask('reset');
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#ask('close');
    await this.#thread.terminate();
  }

  #start(): Worker {
    const { path, limits } = this.#parts;
    const workerData: ThreadSettings = { path, samplesMin: limits.noiseSamplesMin, keepMs: limits.mismatchDays * dayMs };
    const file = new URL(import.meta.url.replace(/shadow-book(\.[jt]s)$/, 'comparison-thread$1'));
    const thread = new Worker(file, { workerData });
    thread.on('message', (message: FromThread) => this.#hear(message));
    thread.on('error', (error) => this.#parts.log('comparison-failed', { error: String(error) }));
    thread.on('exit', () => {
      for (const settle of this.#answers.values()) settle({ routes: {} });
      this.#answers.clear();
      this.#waiting = 0;
      if (!this.#closing) setTimeout(() => (this.#thread = this.#start()), restartAfterMs).unref();
    });
    return thread;
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'confirm':
        this.#parts.confirm(Number(message.source), message.sampleId, message.scope);
        break;
      case 'answer':
        this.#answers.get(message.id)?.(message.value);
        this.#answers.delete(message.id);
        break;
      case 'taken':
        this.#waiting -= message.samples;
        break;
    }
  }

  #tell(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#thread.postMessage(message);
  }

  #ask(kind: 'report' | 'reset' | 'close'): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#tell({ kind, id });
    });
  }
}
