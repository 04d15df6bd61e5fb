/** One open transaction with its hooks: what every way of opening one has in common. */
import { OutboxError } from '../errors.ts';
import { wakeRelays } from '../relaying/wake-up.ts';
import { report } from '../report.ts';
import type { SqlSession, Transaction } from '../transactions.ts';

/** How many hooks there were at a savepoint. */
export interface HookMark {
  readonly before: number;
  readonly after: number;
}

export class OpenTransaction<Native> implements Transaction<Native> {
  readonly session: SqlSession;
  readonly native: Native;
  readonly #before: (() => Promise<void>)[] = [];
  readonly #after: (() => void)[] = [];
  readonly #last: string[] = [];
  #isOpen = true;

  constructor(session: SqlSession, native: Native) {
    this.session = session;
    this.native = native;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  beforeCommit(work: () => Promise<void>): void {
    this.refuseEnded();
    this.#before.push(work);
  }

  commitWith(statement: string): void {
    this.refuseEnded();
    this.#last.push(statement);
  }

  afterCommit(work: () => void): void {
    this.refuseEnded();
    this.#after.push(work);
  }

  mark(): HookMark {
    return { before: this.#before.length, after: this.#after.length };
  }

  rollBackTo(mark: HookMark): void {
    this.#before.length = mark.before;
    this.#after.length = mark.after;
  }

  /** Runs what has to happen before COMMIT; from then on nothing can join. Answers the message that commits. */
  async prepare(): Promise<string> {
    for (let work = this.#before.shift(); work !== undefined; work = this.#before.shift()) await work();
    this.#isOpen = false;
    return [...this.#last, 'COMMIT'].join('; ');
  }

  end(outcome: 'committed' | 'rolled-back' | 'unknown'): void {
    this.#isOpen = false;
    // What may have been committed may have events, and who would have told of them is not called.
    if (outcome === 'unknown') wakeRelays();
    if (outcome !== 'committed') return;
    for (const work of this.#after) runAfterCommit(work);
  }

  refuseEnded(): void {
    if (!this.#isOpen)
      throw new OutboxError('OUTBOX_TRANSACTION_ENDED', 'The transaction around this call is being committed or has ended.');
  }
}

/** What happens after COMMIT cannot undo it, and must not look as if it had. */
function runAfterCommit(work: () => void): void {
  try {
    work();
  } catch (error) {
    report('error', 'outbox.after-commit.failed', 'Work that follows a commit failed', { reason: (error as Error).message });
  }
}
