/** Knows from the last calls whether more of them are of any use. */

/** Of so many calls, the last ones, a share of at least so much has failed: nobody is asked for a while, then one tries. */
const watched = 20;
const failedShare = 0.5;
const restMs = 5_000;

export class Breaker {
  readonly #now: () => number;
  #outcomes: boolean[] = [];
  #openSinceMs: number | undefined;
  #isTried = false;

  /** `now` in milliseconds of a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether to call now. Whoever does says with `note` how it went. */
  lets(): boolean {
    if (this.#openSinceMs === undefined) return true;
    if (this.#isTried || this.#now() - this.#openSinceMs < restMs) return false;
    this.#isTried = true;
    return true;
  }

  /** Answers whether this has opened or closed it. */
  note(isWell: boolean): 'opened' | 'closed' | undefined {
    if (this.#openSinceMs !== undefined) return this.#noteTrial(isWell);
    this.#outcomes = [...this.#outcomes, isWell].slice(-watched);
    const failed = this.#outcomes.filter((outcome) => !outcome).length;
    if (this.#outcomes.length < watched || failed < watched * failedShare) return undefined;
    this.#openSinceMs = this.#now();
    return 'opened';
  }

  /** A call from before says nothing that is not known. */
  #noteTrial(isWell: boolean): 'closed' | undefined {
    if (!this.#isTried) return undefined;
    this.#isTried = false;
    this.#openSinceMs = isWell ? undefined : this.#now();
    if (!isWell) return undefined;
    this.#outcomes = [];
    return 'closed';
  }
}
