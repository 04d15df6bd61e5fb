/** What can go wrong with an event log, each with a stable code and what to do about it. */

export interface EventStoreFault {
  readonly summary: string;
  readonly fix: string;
}

export const eventStoreFaults = {
  EVENT_STORE_EVENT_INVALID: {
    summary: 'An event, or a batch of them, cannot be stored as it is.',
    fix: 'Correct what the message names; envelopes made by toEnvelope() of @banyan/contract can be stored',
  },
  EVENT_STORE_SEQUENCE_BROKEN: {
    summary: 'An event would come after one of its source and key that has the same or a higher sequence.',
    fix: 'Let one relay at a time publish the events of a source, in their order; look for a second program that uses the same source',
  },
  EVENT_STORE_PARTITIONS_FIXED: {
    summary: 'The log was created with another number of partitions than is asked for now.',
    fix: 'Ask for the number in the message; keys would change their partition otherwise',
  },
  EVENT_STORE_READ_ONLY: {
    summary: 'The database is a standby: it shows commits in another order and takes no events.',
    fix: 'Give the URL of the primary server',
  },
  EVENT_STORE_SCHEMA_FAILED: {
    summary: 'The tables of the log could not be created or brought up to date; nothing of the change was kept.',
    fix: 'Read the cause in the message, and give the role the right to create the schema "banyan" and what is in it',
  },
  EVENT_STORE_PROJECTION_BEHIND: {
    summary: 'A projection did not reach a position in time, or was stopped before it did.',
    fix: 'Look for reports of failed batches (event-store.projection.failed) and for who holds the feed back: diagnose()',
  },
  EVENT_STORE_CLOSED: {
    summary: 'A log was used after it had been closed.',
    fix: 'Stop what appends and reads before closing the log',
  },
} as const satisfies Record<string, EventStoreFault>;

export type EventStoreErrorCode = keyof typeof eventStoreFaults;

/** A fault of an event log: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class EventStoreError extends Error {
  readonly code: EventStoreErrorCode;
  readonly fix: string;

  constructor(code: EventStoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EventStoreError';
    this.code = code;
    this.fix = eventStoreFaults[code].fix;
  }
}
