/** What a move needs of the rows of one extraction; the real one drives packages/replication. */

import type { InspectionFact, ReplicationFact, VerificationFact, WayBackFact } from './gate-facts.ts';
import type { Follows } from './state.ts';

/** The gateways' part in a cutover. */
export interface CutoverSteps {
  /** Holds every write to the tables and waits until those in flight have ended. Throws when it cannot be sure. */
  hold(): Promise<{ drainMs: number }>;
  /** Sends the routes to the new owner; the writes held go on there. */
  flip(): Promise<{ flipMs: number }>;
  /** Ends the hold; nothing to do after a flip. */
  release(): Promise<void>;
}

/** A `reclaim` is a cutback that asks nothing of the service, whose database is lost. */
export type OwnershipMove = 'cutover' | 'cutback' | 'reclaim';

/** Which way rows flow once the ownership has moved. */
export function followsAfter(direction: OwnershipMove): Follows {
  if (direction === 'reclaim') return 'none';
  return direction === 'cutover' ? 'reverse' : 'forward';
}

export interface CutoverOutcome {
  readonly direction: OwnershipMove;
  /** Decimal. */
  readonly epoch: string;
  readonly heldMs: number;
  readonly lockWaitMs: number;
  readonly drainMs: number;
  readonly markerMs: number;
  readonly flipMs: number;
  readonly budgetMs: number;
  /** Set when it cancelled itself and nothing has moved. */
  /** Keys compared within the hold. */
  readonly verifiedKeys: number;
  readonly cancelled?: { readonly reason: string; readonly fix: string };
  /** Of a reclaim: where the keys go on, since nobody can be asked how far they had come. */
  readonly sequences?: readonly { readonly sequence: string; readonly continuesAfter: string }[];
}

/** What is known of a database that is said to be lost. */
export interface LossFact {
  /** False: it answers and owns the tables, and an ordinary way back loses nothing. */
  readonly isLost: boolean;
  /** What it answers, as a sentence. */
  readonly found: string;
  /** The monolith has everything that the service committed before this position; what came later is lost, and nobody knows what it was. */
  readonly appliedLsn?: string;
  readonly appliedAt?: string;
}

export interface DataProgress {
  readonly message: string;
  readonly numbers?: Readonly<Record<string, number | string>>;
}

export interface DataStatus extends ReplicationFact {
  readonly follows: Follows;
  readonly positionLsn?: string;
  readonly rows: number;
  readonly retainedWalBytes?: number;
  readonly lastError?: string;
}

/** Every method may be called again after a crash at any point of it. */
export interface ExtractionData {
  inspect(): Promise<readonly InspectionFact[]>;
  /** Copies and follows, from the start. */
  replicate(onProgress: (progress: DataProgress) => void): Promise<{ readonly rows: number; readonly ms: number }>;
  /** Goes on following after a start, in the stored direction. */
  follow(follows: Follows): Promise<void>;
  cutover(direction: OwnershipMove, steps: CutoverSteps): Promise<CutoverOutcome>;
  /** Whether the service's database is lost, and how far its rows had flowed back. Changes nothing. */
  examineLoss(): Promise<LossFact>;
  /**
   * Keeps what is there in the place of a lost database from writing. Before the reclaim only tables that were never open are closed, after it
   * all of them. True when all tables are there and closed, or it is no more the time to do it.
   */
  closeReturned(): Promise<boolean>;
  /** Ends a cutover that a crash left half; `none` when none was begun. */
  recoverCutover(direction: OwnershipMove, steps: CutoverSteps): Promise<'none' | 'cancelled' | 'completed'>;
  /** All rows, or only those touched since the last call. */
  verify(scope: 'all' | 'touched', signal?: AbortSignal): Promise<VerificationFact>;
  /** Copies the rows that differ again from the owner, and compares all rows once more. */
  repair(): Promise<VerificationFact>;
  /** Resolves when all that was committed before the call has been applied on the other side. */
  mark(timeoutMs: number): Promise<{ readonly ms: number }>;
  proveWayBack(): Promise<WayBackFact>;
  status(): DataStatus;
  /** Ends replication and removes what it left on both sides. */
  release(): Promise<void>;
  /** Stops following; what is stored stays. */
  stop(): Promise<void>;
}
