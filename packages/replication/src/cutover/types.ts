// What a cutover is given, what it remembers, and what it reports.
import type { ReplicatedTable, ReplicationStream } from '../stream/options.ts';

/** One database of the move. */
export interface Side {
  readonly name: string;
  readonly url: string;
}

/** The routes that write the tables; implemented by whoever knows the gateway. Each call may be repeated. */
export interface CutoverRoutes {
  /** From now on writes wait; resolves when those under way are done. */
  hold(): Promise<{ readonly drainMs: number }>;
  /** Sends the routes to `to`; held requests go on there. */
  flip(): Promise<{ readonly flipMs: number }>;
  /** Held requests go on to `from`. */
  release(): Promise<void>;
}

/**
 * | step | what may have happened | after a crash |
 * |---|---|---|
 * | preparing | reverse stream begun | cancel |
 * | fencing | routes held, `from` fenced, mark applied, sequences carried, keys verified | cancel |
 * | opening | `to` opened, or not: its fence row knows | complete if it was, else cancel |
 * | flipping | routes flipped, or not | complete |
 * | finishing | old stream dropped, or not | complete |
 */
export type CutoverStep = 'preparing' | 'fencing' | 'opening' | 'flipping' | 'finishing';

export interface CutoverState {
  readonly step: CutoverStep;
  readonly from: string;
  readonly to: string;
  /** Decimal; the epoch `to` gets. */
  readonly epoch: string;
  readonly tables: readonly ReplicatedTable[];
}

/** Where the step is kept; it must be durable when `write` resolves. */
export interface CutoverJournal {
  read(): Promise<CutoverState | undefined>;
  write(state: CutoverState): Promise<void>;
  clear(): Promise<void>;
}

export interface CutoverOptions {
  readonly from: Side;
  readonly to: Side;
  /** The stream from -> to, following. */
  readonly forwardStream: ReplicationStream;
  /** The stream to -> from; prepared and started here. */
  readonly reverseStream: ReplicationStream;
  /** `source` on `from`, `target` on `to`. Default: the tables of forwardStream. */
  readonly tables?: readonly ReplicatedTable[];
  readonly routes: CutoverRoutes;
  readonly journal: CutoverJournal;
  /** From the hold to the opening of `to`; when it is used up the cutover cancels itself. Default 2 000 ms. */
  readonly budgetMs?: number;
  /** How long running writers of `from` are waited for. Default 1 000 ms, never more than the budget. */
  readonly lockTimeoutMs?: number;
  /** Lag above which the cutover is not begun. Default 1 000 ms. */
  readonly maxLagMs?: number;
  /** Keys that may still need verification when the routes are held. Default 2 000. */
  readonly maxTouchedKeys?: number;
  /** Cancels before the point of no return; afterwards it is ignored. */
  readonly signal?: AbortSignal;
}

export interface CutoverReport {
  readonly direction: string;
  readonly epoch: string;
  /** From the hold of the routes until they were flipped, or released. */
  readonly heldMs: number;
  readonly drainMs: number;
  readonly lockWaitMs: number;
  /** From the fence until everything before it was applied. */
  readonly markerMs: number;
  readonly verifyMs: number;
  readonly openMs: number;
  readonly flipMs: number;
  readonly budgetMs: number;
  readonly verifiedKeys: number;
  readonly cancelled?: { readonly code: string; readonly reason: string; readonly fix: string };
}
