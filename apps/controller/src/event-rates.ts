/** Counts the events that reach the broker, per second and by the program that published them, for whoever looks. */

import type { EventLog } from '@banyan/event-store';

interface Arrival {
  readonly atMs: number;
  readonly program: string;
}

export interface EventRatesOptions {
  /** Rates are taken over this long. Default 5000. */
  readonly windowMs?: number;
  /** Milliseconds since 1970; injected by tests. */
  readonly now?: () => number;
}

/** One look reads at most this many events; a rate above it is shown too low, and the reading catches up with the next looks. */
const pageEvents = 1_000;
const pagesMax = 5;

export class EventRates {
  readonly #windowMs: number;
  readonly #now: () => number;
  #arrivals: readonly Arrival[] = [];
  #after: bigint | undefined;
  #lookedAtMs = 0;
  #looking: Promise<Readonly<Record<string, number>>> | undefined;

  constructor({ windowMs = 5_000, now = Date.now }: EventRatesOptions = {}) {
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Reads what has come since the last look. Looks that come together share one. */
  look(log: Pick<EventLog, 'read' | 'locate'>): Promise<Readonly<Record<string, number>>> {
    this.#looking ??= this.#read(log).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(log: Pick<EventLog, 'read' | 'locate'>): Promise<Readonly<Record<string, number>>> {
    const nowMs = this.#now();
    const fromMs = nowMs - this.#windowMs;
    let after = this.#lookedAtMs < fromMs ? undefined : this.#after;
    after ??= (await log.locate({ from: new Date(fromMs) })).after;
    const arrivals = [...this.#arrivals];
    for (let page = 0; page < pagesMax; page += 1) {
      const { events, through, more } = await log.read({ after, limit: pageEvents });
      arrivals.push(...events.map(({ event }) => ({ atMs: Date.parse(event.time), program: programOf(event.source) })));
      after = through;
      if (!more) break;
    }
    this.#after = after;
    this.#lookedAtMs = nowMs;
    this.#arrivals = arrivals.filter(({ atMs }) => atMs >= fromMs);
    return this.#perSecond();
  }

  #perSecond(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { program } of this.#arrivals) counts[program] = (counts[program] ?? 0) + 1;
    const seconds = this.#windowMs / 1000;
    return Object.fromEntries(Object.entries(counts).map(([program, count]) => [program, Math.round((count / seconds) * 10) / 10]));
  }
}

/** `/node-learn/quiz` is published by `quiz`. */
export function programOf(source: string): string {
  return source.split('/').at(-1) ?? source;
}
