/**
 * The shared, append-only log of all events of a system, on one PostgreSQL database.
 *
 * It promises: a committed event is found by every reader of the feed exactly once and never skipped, however long its transaction took; events of one
 * source and partition key are in the feed in the order of their sequence. It does not promise order between keys, that positions have no gaps,
 * or that a position keeps its meaning when the database is restored from a backup or fails over to a standby that had not received everything.
 */
import type { EventEnvelope } from '@banyan/contract';

export interface EventLog {
  /** The number of partitions, fixed when the log was created; a key is always in the same one. */
  readonly partitions: number;
  /**
   * Appends in the given order, all or nothing, at most 5,000 events. An event whose id is there already is left out, so that a batch can be repeated.
   * Appends of one process happen in the order of the calls; those that come while one is under way share a commit.
   * Throws EVENT_STORE_SEQUENCE_BROKEN when an event would come after one of its source and key with the same or a higher sequence,
   * EVENT_STORE_EVENT_INVALID for what cannot be stored.
   */
  append(events: readonly EventEnvelope[]): Promise<void>;
  /** Events that no running append can still come before; at most `limit`, in feed order. */
  read(query: FeedQuery): Promise<FeedPage>;
  /** Everything of one correlation id, or of one key, in feed order; at most `limit`, default 10,000. */
  find(query: FindQuery): Promise<readonly StoredEvent[]>;
  /** Positions for times, to read a stretch of the feed: every event of that time is between them, though not everything between them is of that time. */
  locate(range: TimeRange): Promise<FeedRange>;
  close(): Promise<void>;
}

/** What an operator does with a log; the same object offers it. */
export interface EventLogOperations {
  /** Who holds the feed back, when somebody does. */
  diagnose(): Promise<FeedDiagnosis>;
  /**
   * Replaces personal data of all events of a key by null, for good; positions, types and sequences stay. Answers how many events changed.
   * The disk forgets the old rows with the next vacuum, backups and the write-ahead log when they expire.
   */
  erase(request: ErasureRequest): Promise<number>;
}

export interface FeedQuery {
  /** Exclusive; 0 reads from the beginning. A map reads only the partitions it names, each from its own position. */
  readonly after: bigint | ReadonlyMap<number, bigint>;
  readonly limit: number;
  /** Inclusive. Default: no end. */
  readonly through?: bigint;
  /** Default: all. */
  readonly types?: readonly string[];
}

export interface FeedPage {
  readonly events: readonly StoredEvent[];
  /** The page is complete up to here, for every partition asked: continue after this position, also when there were no events. */
  readonly through: bigint;
  /** There may be more to read already: after the limit, or behind an append that is still under way. */
  readonly more: boolean;
}

export interface StoredEvent {
  readonly position: bigint;
  readonly partition: number;
  readonly event: EventEnvelope;
}

export type FindQuery =
  | { readonly correlationId: string; readonly limit?: number }
  | { readonly partitionKey: string; readonly source?: string; readonly limit?: number };

/** By the events' own time; `from` inclusive, `to` exclusive. */
export interface TimeRange {
  readonly from?: Date;
  readonly to?: Date;
}

/** As in FeedQuery: `after` exclusive, `through` inclusive. Equal when nothing is of that time. */
export interface FeedRange {
  readonly after: bigint;
  readonly through: bigint;
}

export interface FeedDiagnosis {
  /** Highest position of a committed event. */
  readonly head: bigint;
  /** Complete up to here, as this process knows. */
  readonly watermark: bigint;
  /** Backends whose open appends may hold the watermark back, longest first. */
  readonly heldBackBy: readonly FeedHolder[];
}

export interface FeedHolder {
  readonly pid: number;
  readonly application: string;
  /** How long its transaction has been open. */
  readonly forMs: number;
}

export interface ErasureRequest {
  readonly partitionKey: string;
  /** By event type: the fields to erase. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}
