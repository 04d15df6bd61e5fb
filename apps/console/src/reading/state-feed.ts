/** The controller's state for all open pages: asked for once a second while somebody looks, told only when it has changed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Controller, ControllerAnswer } from './controller.ts';

export interface News {
  /** `away`: the controller gave no state; the data says why. */
  readonly event: 'state' | 'away';
  /** JSON on one line. */
  readonly data: string;
}

export type Listener = (news: News) => void;

export interface StateFeedOptions {
  readonly controller: Controller;
  /** Default 1000. */
  readonly everyMs?: number;
}

export class StateFeed {
  readonly #options: StateFeedOptions;
  readonly #listeners = new Set<Listener>();
  #looking: AbortController | undefined;
  #last: News | undefined;

  constructor(options: StateFeedOptions) {
    this.#options = options;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Tells at once what is known, and from then on every change. Returns what ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#last !== undefined) listener(this.#last);
    if (this.#looking === undefined) {
      this.#looking = new AbortController();
      void this.#look(this.#looking.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Nobody looks: the controller is left alone, and what was known is soon no more true. */
  #rest(): void {
    this.#looking?.abort();
    this.#looking = undefined;
    this.#last = undefined;
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const news = await this.#ask(signal);
      if (signal.aborted) return;
      if (this.#last === undefined || essenceOf(news) !== essenceOf(this.#last)) for (const listener of this.#listeners) listener(news);
      this.#last = news;
      await delay(this.#options.everyMs ?? 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #ask(signal: AbortSignal): Promise<News> {
    try {
      const answer = await this.#options.controller.ask('/v1/state', signal);
      return answer.status === 200 ? { event: 'state', data: answer.text } : { event: 'away', data: reasonOf(answer) };
    } catch (error) {
      return { event: 'away', data: JSON.stringify({ message: (error as Error).message }) };
    }
  }
}

/** A controller that starts or recovers says so itself. */
function reasonOf({ status, text }: ControllerAnswer): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: string } };
    if (error?.message !== undefined) return JSON.stringify({ message: error.message });
  } catch {
    // not JSON: the status alone has to do
  }
  return JSON.stringify({ message: `The controller answered ${status}.` });
}

/** Ages grow by themselves; a page counts them on its own. */
function essenceOf({ event, data }: News): string {
  return event + data.replaceAll(/"ageS":[\d.e-]+/g, '');
}
