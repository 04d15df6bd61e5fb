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

export interface CutoverOutcome {
  readonly direction: 'cutover' | 'cutback';
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
  cutover(direction: 'cutover' | 'cutback', steps: CutoverSteps): Promise<CutoverOutcome>;
  /** Ends a cutover that a crash left half; `none` when none was begun. */
  recoverCutover(direction: 'cutover' | 'cutback', steps: CutoverSteps): Promise<'none' | 'cancelled' | 'completed'>;
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
