/** Answers "has everything committed before this call been applied on the other side?" with one mark for many callers. */

/** One waits, one more is queued: callers that come while a mark is under way share the next, which begins after them. */
export class ReachedBarrier {
  readonly #mark: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `mark` resolves when all that was committed before its call has been applied; it has its own time limit. */
  constructor(mark: () => Promise<void>) {
    this.#mark = mark;
  }

  /** Resolves when everything committed before this call has been applied. Rejects as the mark does. */
  reached(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.#mark().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
