/** What can be wrong with publishing and consuming, each with a stable code and what to do about it. */

export interface BusFault {
  readonly summary: string;
  readonly fix: string;
}

export const busFaults = {
  BUS_CONSUMER_INVALID: {
    summary: 'A consumer is declared in a way that cannot work; everything wrong with it is listed.',
    fix: 'Correct what the message names in the call of consume()',
  },
  BUS_REPLAY_UNSUPPORTED: {
    summary: 'A replay was asked of a broker that does not keep what was published.',
    fix: 'Replay from the event store: give consume() its driver',
  },
  BUS_BATCH_UNSETTLED: {
    summary: 'A subscription was asked for a batch while it still had one.',
    fix: 'Settle or release the batch before the next pull',
  },
  BUS_BATCH_LOST: {
    summary: 'A batch was settled that is no longer the subscription’s; it comes again.',
    fix: 'Nothing: the inbox drops what was handled already. If it repeats, look at the connection to the broker',
  },
  BUS_CONNECTION_LOST: {
    summary: 'The connection to the broker ended; whether the last call had its effect is not known.',
    fix: 'Nothing: the next call connects again. If it repeats, look at the broker',
  },
  BUS_CLOSED: {
    summary: 'A driver was used after it had been closed.',
    fix: 'Stop what publishes and consumes before closing the driver',
  },
  BUS_HANDLER_TIMEOUT: {
    summary: 'A handler took longer than one attempt may.',
    fix: 'Make the handler quicker, let it heed its signal, or raise attemptTimeoutMs',
  },
  BUS_INTERRUPTED: {
    summary: 'A handler was still running when the consumer’s time to stop was over; its event comes again.',
    fix: 'Nothing is lost. Let the handler heed its signal, or give stop() more time',
  },
  BUS_SESSION_ENDED: {
    summary: 'A handler wrote through the session of a transaction that had ended.',
    fix: 'Await everything the handler begins, and stop when its signal is aborted',
  },
  BUS_NOT_IDLE: {
    summary: 'Consumers were still at work when the time to wait for them was over.',
    fix: 'Look at the status in the message: a handler that hangs, a store that is away, or more events than the time allows',
  },
  BUS_TIME_STANDS_STILL: {
    summary: 'A program under virtual time waits for something that is not in it.',
    fix: 'Let every wait of the program go through the virtual clock',
  },
} as const satisfies Record<string, BusFault>;

export type BusErrorCode = keyof typeof busFaults;

/** A fault of publishing or consuming: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class BusError extends Error {
  readonly code: BusErrorCode;
  readonly fix: string;

  constructor(code: BusErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BusError';
    this.code = code;
    this.fix = busFaults[code].fix;
  }
}
