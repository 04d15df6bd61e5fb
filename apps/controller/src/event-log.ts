/** The last events in memory, for the live view; the audit and the evidence are in the database. */

import type { MoveProgress } from '@banyan/migration/mover';

export interface ControllerEvent {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly extraction: string;
  readonly step: string;
  readonly message: string;
}

export class EventLog {
  readonly #events: ControllerEvent[] = [];
  readonly #max: number;
  readonly #onEvent: (event: ControllerEvent) => void;

  /** Keeps `max` (default 100); each also goes to `onEvent`. */
  constructor(onEvent: (event: ControllerEvent) => void, max = 100) {
    this.#onEvent = onEvent;
    this.#max = max;
  }

  add(progress: MoveProgress): ControllerEvent {
    const event = { at: new Date().toISOString(), extraction: progress.extraction, step: progress.step, message: progress.message };
    this.#events.push(event);
    if (this.#events.length > this.#max) this.#events.shift();
    this.#onEvent(event);
    return event;
  }

  /** The newest last. */
  recent(count = 20): readonly ControllerEvent[] {
    return this.#events.slice(-count);
  }
}
