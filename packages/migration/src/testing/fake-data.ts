/** Rows of an extraction for tests of moves: records what was asked and answers as told. */

import { followsAfter } from '../extraction-data.ts';
import type { CutoverOutcome, CutoverSteps, DataStatus, ExtractionData, LossFact, OwnershipMove } from '../extraction-data.ts';
import type { InspectionFact, VerificationFact } from '../gate-facts.ts';
import type { Follows } from '../state.ts';

export class FakeData implements ExtractionData {
  readonly #name: string;
  readonly #log: string[];
  follows: Follows = 'none';
  differing = 0;
  findings: readonly InspectionFact[] = [];
  /** What the next cutover does. */
  outcome: 'done' | 'cancelled' | 'throws after hold' = 'done';
  recovery: 'none' | 'cancelled' | 'completed' | 'throws' = 'none';
  isProven = true;
  state = 'following';

  constructor(name: string, log: string[]) {
    this.#name = name;
    this.#log = log;
  }

  #say(what: string): void {
    this.#log.push(`${this.#name} ${what}`);
  }

  inspect(): Promise<readonly InspectionFact[]> {
    return Promise.resolve(this.findings);
  }

  replicate(): Promise<{ rows: number; ms: number }> {
    this.#say('replicate');
    this.follows = 'forward';
    return Promise.resolve({ rows: 3, ms: 1 });
  }

  follow(follows: Follows): Promise<void> {
    this.follows = follows;
    return Promise.resolve();
  }

  loss: LossFact = { isLost: false, found: 'It answers.' };
  /** What comes in its place is there. */
  isReturned = false;

  examineLoss(): Promise<LossFact> {
    return Promise.resolve(this.loss);
  }

  closeReturned(): Promise<boolean> {
    this.#say('close returned');
    return Promise.resolve(this.isReturned);
  }

  async cutover(direction: OwnershipMove, steps: CutoverSteps): Promise<CutoverOutcome> {
    this.#say(direction);
    const { drainMs } = await steps.hold();
    if (this.outcome === 'throws after hold') throw new Error('the connection was lost');
    const numbers = { direction, epoch: '1', heldMs: 5, lockWaitMs: 1, drainMs, markerMs: 1, budgetMs: 2000, verifiedKeys: 0 };
    if (this.outcome === 'cancelled') {
      await steps.release();
      return { ...numbers, flipMs: 0, cancelled: { reason: 'a writer did not end.', fix: 'End it.' } };
    }
    this.follows = followsAfter(direction);
    const { flipMs } = await steps.flip();
    return { ...numbers, flipMs };
  }

  async recoverCutover(_direction: OwnershipMove, steps: CutoverSteps): Promise<'none' | 'cancelled' | 'completed'> {
    this.#say(`recover ${this.recovery}`);
    if (this.recovery === 'throws') throw new Error('the database is away');
    if (this.recovery === 'completed') await steps.flip();
    return this.recovery;
  }

  verify(): Promise<VerificationFact> {
    return Promise.resolve({ at: new Date().toISOString(), ageS: 0, position: '0/1', rows: 3, differing: this.differing, samples: [] });
  }

  repair(): Promise<VerificationFact> {
    this.differing = 0;
    return this.verify();
  }

  mark(): Promise<{ ms: number }> {
    return Promise.resolve({ ms: 1 });
  }

  proveWayBack(): Promise<{ proven: boolean; message: string }> {
    return Promise.resolve({ proven: this.isProven, message: this.isProven ? 'Proven.' : 'The role may not write.' });
  }

  status(): DataStatus {
    return { follows: this.follows, state: this.follows === 'none' ? 'idle' : this.state, lagMs: 1, rows: 3 };
  }

  release(): Promise<void> {
    this.#say('release');
    this.follows = 'none';
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
