// Drives a system at a fixed rate, whatever it answers: open loop, seeded, bounded, with a ledger.
import { type Ledger } from './ledger.ts';
import { createRandom, type SeededRandom } from './seeded-random.ts';
import { type GroupCounters, TrafficCounters } from './traffic/counters.ts';
import { createSession, type LedgerSession, type TrafficSession } from './traffic/session.ts';

export { type Asking, type Judgement, judgeByStatus, type TrafficAnswer, type TrafficSession } from './traffic/session.ts';
export { type GroupCounters } from './traffic/counters.ts';

export interface TrafficAction {
  /** What and with which choices, e.g. `answer by 4 of question 0.31 right`: the same seed gives the same names in the same order. */
  readonly name: string;
  /** Requests it will ask; the rate counts requests. */
  readonly cost: number;
  /** Actions with the same key run one after the other, in order. */
  readonly serialKey?: string;
  run(session: TrafficSession): Promise<void>;
}

export interface TrafficProfile {
  /** Called once before the first action, outside the rate. */
  prepare?(session: TrafficSession): Promise<void>;
  /** Must depend on nothing but `random` and earlier calls, never on answers. */
  next(random: SeededRandom): TrafficAction;
}

export interface TrafficDriverOptions {
  readonly baseUrl: string;
  readonly profile: TrafficProfile;
  readonly ledger: Ledger;
  /** Requests per second. */
  readonly rate: number;
  readonly seed: number;
  /** Actions under way or waiting at most; beyond it new ones are shed and counted. Default 1000. */
  readonly maxInFlight?: number;
  /** Default 256. */
  readonly connections?: number;
  /** Without an answer for so long a request is unknown. Default 15,000. */
  readonly timeoutMs?: number;
  /** An action that throws is a defect of the profile; the driver goes on. Default: throws out of `stop`. */
  readonly onDefect?: (error: unknown, action: TrafficAction) => void;
}

export interface TrafficStats {
  readonly running: boolean;
  readonly rate: number;
  readonly actions: number;
  /** Actions dropped because too many were under way. */
  readonly shed: number;
  readonly inFlight: number;
  readonly groups: Readonly<Record<string, GroupCounters>>;
}

export interface TrafficDriver {
  /** Prepares the profile and starts. */
  start(): Promise<void>;
  /** Starts no more actions; resolves when those under way are done. */
  pause(): Promise<void>;
  resume(): void;
  setRate(requestsPerSecond: number): void;
  stats(): TrafficStats;
  /** Pauses, closes connections and ledger; throws the first defect of the profile, if any. */
  stop(): Promise<void>;
}

const tickMs = 5;
/** After a stall of this process at most so much is caught up at once. */
const catchUpMs = 1000;

export function createTrafficDriver(options: TrafficDriverOptions): TrafficDriver {
  return new OpenLoopDriver(options);
}

class OpenLoopDriver implements TrafficDriver {
  readonly #options: TrafficDriverOptions;
  readonly #random: SeededRandom;
  readonly #session: LedgerSession;
  readonly #counters = new TrafficCounters();
  readonly #tails = new Map<string, Promise<void>>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #defects: unknown[] = [];
  #timer: NodeJS.Timeout | undefined;
  #rate: number;
  #credit = 0;
  #lastTick = 0;
  #actions = 0;
  #shed = 0;
  #next: TrafficAction | undefined;

  constructor(options: TrafficDriverOptions) {
    this.#options = options;
    this.#rate = options.rate;
    this.#random = createRandom(options.seed);
    this.#session = createSession({
      baseUrl: options.baseUrl,
      ledger: options.ledger,
      connections: options.connections ?? 256,
      timeoutMs: options.timeoutMs ?? 15_000,
      onTold: (group, told) => this.#counters.note(group, told),
    });
  }

  async start(): Promise<void> {
    await this.#options.profile.prepare?.(this.#session);
    this.resume();
  }

  resume(): void {
    if (this.#timer !== undefined) return;
    this.#lastTick = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  async pause(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  setRate(requestsPerSecond: number): void {
    this.#rate = requestsPerSecond;
  }

  stats(): TrafficStats {
    const { size } = this.#underWay;
    const groups = this.#counters.byGroup();
    return { running: this.#timer !== undefined, rate: this.#rate, actions: this.#actions, shed: this.#shed, inFlight: size, groups };
  }

  async stop(): Promise<void> {
    await this.pause();
    await this.#session.close();
    this.#options.ledger.close();
    if (this.#defects.length > 0) throw this.#defects[0];
  }

  #tick(): void {
    const now = performance.now();
    this.#credit += (Math.min(now - this.#lastTick, catchUpMs) / 1000) * this.#rate;
    this.#lastTick = now;
    for (;;) {
      this.#next ??= this.#options.profile.next(this.#random);
      if (this.#credit < this.#next.cost) return;
      this.#credit -= this.#next.cost;
      this.#launch(this.#next);
      this.#next = undefined;
    }
  }

  #launch(action: TrafficAction): void {
    if (this.#underWay.size >= (this.#options.maxInFlight ?? 1000)) {
      this.#shed += 1;
      return;
    }
    this.#actions += 1;
    const key = action.serialKey;
    const before = key === undefined ? undefined : this.#tails.get(key);
    const work = (before ?? Promise.resolve())
      .then(() => action.run(this.#session))
      .catch((error: unknown) => this.#defect(error, action))
      .finally(() => {
        this.#underWay.delete(work);
        if (key !== undefined && this.#tails.get(key) === work) this.#tails.delete(key);
      });
    this.#underWay.add(work);
    if (key !== undefined) this.#tails.set(key, work);
  }

  #defect(error: unknown, action: TrafficAction): void {
    if (this.#options.onDefect !== undefined) this.#options.onDefect(error, action);
    else this.#defects.push(error);
  }
}
