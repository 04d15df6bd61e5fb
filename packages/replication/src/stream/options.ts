// What a stream is given and what it tells.
import type { SqlSession } from '../postgres/session.ts';
import type { ColumnValue } from '../apply/change.ts';

/** A pair of tables, as `schema.table`. Columns are matched by name; both sides must have the same set with the same types. */
export interface ReplicatedTable {
  readonly source: string;
  readonly target: string;
}

/** A change as `onApplied` sees it. Values are PostgreSQL's text form; a column that was not sent (unchanged TOAST) is absent. */
export interface AppliedChange {
  /** The source table. */
  readonly table: string;
  readonly operation: 'insert' | 'update' | 'delete' | 'truncate';
  readonly key: Readonly<Record<string, string>>;
  /** The key before, when an update changed it. */
  readonly oldKey?: Readonly<Record<string, string>>;
  readonly row?: Readonly<Record<string, Exclude<ColumnValue, undefined>>>;
  /** Position of the source's commit record; with `ordinal` it identifies the change for ever. */
  readonly commitLsn: string;
  /** Place of the change in its source transaction, from 0. */
  readonly ordinal: number;
}

export interface StreamOptions {
  /** 1 to 40 of a-z, 0-9, _. Slot, publication and origin are called `banyan_${name}`. */
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly tables: readonly ReplicatedTable[];
  /** `forward` fences its target at copy; `reverse` performs referential actions on tables that its target still owns. */
  readonly direction: 'forward' | 'reverse';
  /** Called inside the target's transaction, after the rows, with changes in source order. Throwing stops the stream. */
  readonly onApplied?: (session: SqlSession, changes: readonly AppliedChange[]) => Promise<void>;
  readonly limits?: StreamLimits;
}

export interface StreamLimits {
  /** Rows in one set of statements. Default 5 000. */
  readonly batchRows?: number;
  /** Bytes of changes in one set of statements. Default 8 MiB. */
  readonly batchBytes?: number;
  /** Bytes read ahead of the applier before the socket is paused. Default 16 MiB. */
  readonly readAheadBytes?: number;
  /** Longest pause between attempts to reconnect. Default 5 000 ms (it begins at 50 ms and doubles). */
  readonly reconnectMaxMs?: number;
  /** How long a slot or origin held by another session is waited for. Default 10 000 ms. */
  readonly busyTimeoutMs?: number;
  /** How long slot creation may wait for open transactions of the source. Default 30 000 ms. */
  readonly slotTimeoutMs?: number;
  /** Keys remembered for re-verification; above it the next verify must be a full one. Default 100 000. */
  readonly touchedKeys?: number;
  /** Pause between heartbeats, which measure lag and let idle slots advance. Default 2 000 ms. */
  readonly heartbeatMs?: number;
}

export type StreamState = 'idle' | 'copying' | 'following' | 'reconnecting' | 'failed';

export interface StreamStatus {
  readonly state: StreamState;
  /** Everything committed on the source before this is in the target. */
  readonly positionLsn: string | undefined;
  readonly lagBytes: number | undefined;
  /** Age of the oldest heartbeat that has not come back, else the time the last one took. */
  readonly lagMs: number | undefined;
  /** Applied since start(). */
  readonly transactions: number;
  readonly rows: number;
  /** WAL the source keeps for this stream. */
  readonly retainedWalBytes: number | undefined;
  readonly reconnects: number;
  /** Updates whose row was missing on the target; verify shows them. */
  readonly missingRows: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly fix: string };
}

export interface CopyProgress {
  readonly table: string;
  readonly bytes: number;
  readonly tablesDone: number;
  readonly tablesTotal: number;
}

export interface CopyReport {
  readonly positionLsn: string;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number; readonly ms: number }[];
  readonly ms: number;
}

export interface MarkOptions {
  /** Default 10 000 ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TouchedKeys {
  /** Keys by target table, as text. */
  readonly tables: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** More keys were touched than the limit; only a full verify tells. */
  readonly overflowed: boolean;
}

/** One-directional stream of rows; the object is the only user of its slot. */
export interface ReplicationStream {
  readonly name: string;
  readonly options: StreamOptions;
  /**
   * Publication, slot and position without a copy, for tables that are equal already. Idempotent while the slot lives. With
   * `awaitOpening` it begins anew, and until the source is opened as the owner any change there but an applier's stops the stream
   * with REPLICATION_ROGUE_WRITE instead of being carried to the present owner.
   */
  prepare(options?: { readonly awaitOpening?: boolean }): Promise<void>;
  /** Empties and fills the target from one snapshot; the position is stored in the same transaction. Starting again starts over. */
  copy(options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: CopyProgress) => void }): Promise<CopyReport>;
  /** Follows from the stored position until stop(); reconnects by itself. Resolves when it follows or has begun to reconnect. */
  start(): Promise<void>;
  /** Resolves when everything committed on the source before the call is applied. */
  mark(options?: MarkOptions): Promise<{ readonly lsn: string; readonly ms: number }>;
  /** Waits for a mark that somebody else writes with prefix `banyan.mark` and this content. Call it before the mark is written. */
  expectMark(id: string, options: MarkOptions): Promise<string>;
  status(): StreamStatus;
  /** Keys applied since the last call, for re-verification; the set is emptied. */
  takeTouchedKeys(): TouchedKeys;
  /** Puts keys back that were taken but not verified. */
  giveBackTouchedKeys(touched: TouchedKeys): void;
  /** Stops the applier after the batch under way, for verify and repair. */
  hold(): Promise<StreamHold>;
  stop(): Promise<void>;
  /** Slot, publication, control table, origin and stored position go. Idempotent; a missing one is no error. */
  drop(): Promise<void>;
}

/** The applier standing still. Released by `release`, by stop() and by a lost connection. */
export interface StreamHold {
  readonly position: bigint;
  /** Applies every transaction that committed before `position`, and none after it. */
  advanceTo(position: bigint): Promise<void>;
  release(): void;
}
