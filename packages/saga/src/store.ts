/**
 * The seam to where sagas are kept: the service's own database.
 *
 * A store promises: what is written under a lease is there when the call resolves and never once the lease is lost, whatever the process that lost it
 * still has under way; a saga belongs to one lease at most; times are those of the database; an event that is kept reaches every saga that waits
 * for it, whichever came first.
 * It does not promise: order between sagas, or that a call that rejects has written nothing.
 */
import type { SqlSession } from '@banyan/outbox/transactions';
import type { NewRecord, SagaRecord, SagaState } from './state.ts';

export interface SagaStore {
  /** Takes a lease, or renews the one given; undefined when that one was lost. `forMs: 0` gives it back, and with it everything it owns. */
  lease(request: LeaseRequest): Promise<Lease | undefined>;
  /**
   * Writes for many sagas at once, or, with a session, in its transaction; each checkpoint wholly or not at all. Throws SAGA_FENCED when the lease is lost;
   * without a token, only unowned sagas can be started. Answers the sagas whose checkpoint was written by this call. The others were there: name and
   * key, or the number of a record, are taken, by an earlier call with an unknown outcome or by somebody else; or the saga was given back since its claim.
   */
  write(token: string | undefined, checkpoints: readonly Checkpoint[], session?: SqlSession): Promise<ReadonlySet<string>>;
  /** Hands over sagas that nobody owns and that have something to do, and tells which of the lease's own have been sent a request. */
  claim(token: string, wanted: Wanted): Promise<Claimed>;
  find(filter: SagaFilter): Promise<readonly StoredSaga[]>;
  /** Keeps events in the caller's transaction; the same one twice is kept once. */
  keep(session: SqlSession, events: readonly KeptEvent[]): Promise<void>;
  /** Leaves an operator's request with a saga that is in one of the states and has none; false when it is not. */
  request(id: string, request: OperatorRequest, states: readonly SagaState[]): Promise<boolean>;
}

export interface LeaseRequest {
  readonly token?: string;
  readonly holder: string;
  readonly forMs: number;
}

export interface Lease {
  readonly token: string;
  /** Whether other processes hold leases. */
  readonly isAlone: boolean;
}

export interface Checkpoint {
  readonly saga: string;
  readonly start?: NewSaga;
  /** The number of the first record; the others follow. */
  readonly number?: number;
  readonly records?: readonly NewRecord[];
  readonly change?: Change;
  /** Of the claim under which the change is made; 0 since the start. */
  readonly claims?: number;
}

export interface NewSaga {
  readonly name: string;
  readonly key: string;
  readonly version: number;
  readonly input: unknown;
  readonly arms: readonly string[];
  readonly limitMs: number;
  readonly correlationId: string;
  readonly traceparent?: string;
  /** Left to whoever claims it first. */
  readonly isUnowned: boolean;
}

/** What changes in the saga itself. What is left out stays, except the wait, which ends. */
export interface Change {
  readonly state: SagaState;
  /** The saga is given back: to be claimed at once (0), after a time, or (undefined) only by a request. */
  readonly release?: { readonly wakeInMs: number | undefined };
  readonly wait?: Wait;
  readonly input?: unknown;
  readonly end?: { readonly result?: unknown; readonly marks: readonly string[] };
  readonly reason?: string;
  /** The operator's request has been dealt with. */
  readonly isAnswered?: boolean;
}

export interface Wait {
  readonly topic: string;
  readonly key: string;
  readonly withinMs: number;
  /** Ids of events that do not count. */
  readonly passedOver: readonly string[];
}

/** `<saga>/<step>` and the business key. */
export interface Address {
  readonly topic: string;
  readonly key: string;
}

export interface KeptEvent extends Address {
  readonly eventId: string;
  readonly event: unknown;
}

export interface Wanted {
  readonly max: number;
  /** `name/version` of what the caller can run. */
  readonly sagas: readonly string[];
  /** Besides what is due: sagas for whose waits events have been kept, at these addresses or anywhere within the time; or strays. */
  readonly events: readonly Address[] | { readonly keptWithinMs: number } | Strays;
  /** Sagas that nobody has claimed for so long are handed over even when the caller cannot run them. */
  readonly strandedAfterMs: number;
}

/** What the lease owns although nobody runs it, because an answer was lost: to a claim, or to one of these starts. */
export interface Strays {
  readonly underWay: readonly string[];
  readonly lostStarts: readonly string[];
}

export interface Claimed {
  readonly sagas: readonly ClaimedSaga[];
  /** Requests for sagas that this lease owns already. */
  readonly requests: readonly { readonly id: string; readonly request: OperatorRequest }[];
}

export interface ClaimedSaga extends StoredSaga {
  /** Which claim of this saga it is. */
  readonly claims: number;
  readonly deadlineLeftMs: number;
  /** Of its wait. */
  readonly waitLeftMs?: number;
  readonly passedOver: readonly string[];
  /** Kept for its wait and not passed over, oldest first, at most 100. */
  readonly events: readonly KeptEvent[];
}

export interface StoredSaga {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly version: number;
  readonly state: SagaState;
  readonly input: unknown;
  readonly arms: readonly string[];
  readonly correlationId: string;
  readonly traceparent?: string;
  /** How often it was taken from a process that died. */
  readonly takenOver: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly result?: unknown;
  readonly marks: readonly string[];
  readonly reason?: string;
  readonly request?: OperatorRequest;
  /** Empty unless asked for. */
  readonly records: readonly SagaRecord[];
}

export interface SagaFilter {
  readonly ids?: readonly string[];
  readonly keys?: readonly { readonly name: string; readonly key: string }[];
  readonly name?: string;
  readonly states?: readonly SagaState[];
  readonly withRecords?: boolean;
  /** Default 100; the youngest first. */
  readonly limit?: number;
}

export interface OperatorRequest {
  readonly action: 'retry' | 'skip' | 'edit' | 'compensate';
  readonly by: string;
  readonly reason: string;
  /** Of `edit`. */
  readonly input?: unknown;
  /** Of `skip`: what later steps get for the step left out. */
  readonly result?: unknown;
}
