/** What a consumer is made of: for each event it reads a handler, and what that handler answers. */
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';

/** Expected outcomes are values; a thrown error is a fault and is tried again by the retry policy. Nothing returned means `done`. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Not yet: tried again after the time, at most 30 days; counts as an attempt. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** Never: an operator has to look. */
  | { readonly kind: 'dead-letter'; readonly reason: string };

export const done: Outcome = Object.freeze({ kind: 'done' });

export function retry(afterMs: number, reason: string): Outcome {
  return { kind: 'retry', afterMs, reason };
}

export function deadLetter(reason: string): Outcome {
  return { kind: 'dead-letter', reason };
}

export interface HandlerContext<Session> {
  /** The transaction in which the event is noted as handled; effects that go through it happen exactly once. */
  readonly session: Session;
  /** 1 for the first. */
  readonly attempt: number;
  /** 0 in normal operation. */
  readonly generation: number;
  /** Aborted when the time of the attempt is over, or the consumer's time to stop. */
  readonly signal: AbortSignal;
}

export interface EventHandler<Session, Contract extends EventContract = EventContract> {
  readonly contract: Contract;
  readonly handle: (event: EventEnvelope<EventData<Contract>>, context: HandlerContext<Session>) => Promise<Outcome | void>;
  /** May also handle events of a replay; what it publishes is suppressed there. Default false. */
  readonly replayable: boolean;
}

/** Pairs a contract with what handles its events, so that the data is typed. */
export function on<Session, Contract extends EventContract>(
  contract: Contract,
  handle: EventHandler<Session, Contract>['handle'],
  options: { readonly replayable?: boolean } = {},
): EventHandler<Session> {
  return { contract, handle: handle as EventHandler<Session>['handle'], replayable: options.replayable ?? false };
}
