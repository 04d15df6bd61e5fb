/**
 * The seam to where a consumer group remembers what it has handled and keeps what it could not: the service's own database.
 *
 * A store promises: for one group and generation an event is either noted as handled together with its effect, or kept as set aside, never both
 * and never twice, however many instances try at once; while anything of a key is set aside, the key is blocked and its later events are set aside
 * behind it; what is set aside is handed out one at a time per key, oldest first, to one instance at a time. Groups and generations know nothing of each other.
 * It keeps whatever came: any JSON value (NUL characters and lone surrogates in its texts included) and an event id that is any printable ASCII up to 200 characters.
 * It does not promise: order between keys.
 *
 * An error of a call whose effect was never begun means that the store is away: nothing is held against the event. An error after that, the one of
 * a COMMIT included, counts as a failed attempt; when that COMMIT did happen after all, the next attempt is a `duplicate`.
 */

export interface ConsumerStore<Session> {
  /**
   * Runs the effect and notes the event in one transaction; the effect's error rolls both back and is thrown. With a generation above 0 what the
   * effect publishes is suppressed. `duplicate`: noted before, nothing was run. `blocked`: its key has something set aside, nothing was run.
   */
  handle(event: InboxEntry, effect: (session: Session) => Promise<void>): Promise<'handled' | 'duplicate' | 'blocked'>;
  /**
   * Keeps the event in place of handling it. An entry that `waits` is only taken while its key is blocked: `clear` says that it no longer is
   * and the event can be handled. `duplicate`: noted before, nothing is kept.
   */
  setAside(entry: NewSetAside): Promise<'set-aside' | 'duplicate' | 'clear'>;
  /**
   * Takes one entry of the group, of any generation, that is due and the oldest of its key (`waiting` is due as soon as it is the oldest; without a key
   * each stands alone), runs the attempt, notes it as handled and unblocks its key when it was the last, in one transaction. Entries that another
   * instance has taken are passed over, with their keys. When the attempt or its COMMIT fails, everything is rolled back and the entry stays as it was:
   * the caller postpones it. Undefined when nothing is due.
   */
  retryDue(group: string, attempt: (session: Session, entry: SetAside) => Promise<void>): Promise<SetAsideResult | undefined>;
  /**
   * Plans the next attempt or buries the entry; its key stays blocked. Nothing happens when the entry is gone or was moved meanwhile, by another
   * instance or an operator: its revision is then another. What was tried before a redrive does not undo the redrive, however late it is told.
   */
  postpone(entry: Pick<SetAside, 'id' | 'revision'>, next: Postponement): Promise<void>;
  /** Forgets events handled longer ago than the time; at most some thousand, and answers how many. What is set aside is not forgotten. */
  prune(olderThanMs: number): Promise<number>;
}

export interface InboxEntry {
  readonly group: string;
  /** 0 in normal operation; a replay has its own, so that it handles again what was handled. */
  readonly generation: number;
  readonly eventId: string;
  /** Empty for an event that belongs to no key: it is never blocked and blocks nothing. At most 200 characters. */
  readonly partitionKey: string;
}

export interface NewSetAside extends InboxEntry {
  readonly type: string;
  /** The envelope, or whatever came in its place. */
  readonly content: unknown;
  readonly state: SetAsideState;
  readonly attempts: number;
  /** From now, for `deferred`. */
  readonly dueInMs?: number;
  readonly reason: SetAsideReason;
  /** One sentence: what went wrong last. */
  readonly error: string;
}

/** `deferred` is tried again at its time, `waiting` follows an earlier event of its key, `dead` is left to an operator. */
export type SetAsideState = 'deferred' | 'waiting' | 'dead';

export type SetAsideReason = 'failed' | 'refused' | 'unreadable' | 'behind';

export interface SetAside extends NewSetAside {
  readonly id: string;
  /** Another with each change; never one that it has had before. */
  readonly revision: number;
  /** ISO 8601. */
  readonly setAsideAt: string;
}

export interface SetAsideResult {
  readonly entry: SetAside;
  readonly outcome: 'handled' | { readonly failed: unknown };
}

export type Postponement =
  | { readonly state: 'deferred'; readonly attempts: number; readonly dueInMs: number; readonly error: string }
  | { readonly state: 'dead'; readonly attempts: number; readonly reason: SetAsideReason; readonly error: string };

/** What an operator does with dead letters; the same store offers it. */
export interface DeadLetters {
  /** Oldest first. */
  list(filter: SetAsideFilter): Promise<readonly SetAside[]>;
  count(filter: SetAsideFilter): Promise<readonly SetAsideCount[]>;
  /** Makes dead entries due now with no attempts behind them; answers how many. Their keys go on when they are handled. */
  redrive(filter: SetAsideFilter): Promise<number>;
  /** Gives dead entries up for good; answers how many. They are kept with who and why; their keys go on; when such an event comes again it is a duplicate. */
  discard(filter: SetAsideFilter, decision: Decision): Promise<number>;
  /** What was given up, oldest first. */
  discarded(filter: SetAsideFilter): Promise<readonly DiscardedEntry[]>;
}

export interface Decision {
  readonly by: string;
  readonly why: string;
}

export interface DiscardedEntry extends SetAside, Decision {
  /** ISO 8601. */
  readonly discardedAt: string;
}

export interface SetAsideFilter {
  readonly group?: string;
  readonly ids?: readonly string[];
  readonly state?: SetAsideState;
  readonly type?: string;
  readonly error?: string;
  /** At most so many entries, the oldest; also of redrive and discard. Default 100; count has none. */
  readonly limit?: number;
}

export interface SetAsideCount {
  readonly group: string;
  readonly type: string;
  readonly state: SetAsideState;
  readonly error: string;
  readonly count: number;
  readonly keys: number;
}
