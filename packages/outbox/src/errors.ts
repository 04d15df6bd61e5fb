/** What can be wrong with publishing, relaying and remembering, each with a stable code and what to do about it. */

export interface OutboxFault {
  readonly summary: string;
  readonly fix: string;
}

export const outboxFaults = {
  OUTBOX_NO_TRANSACTION: {
    summary: 'An event was published where no open transaction can be seen, so it could be lost or be untrue.',
    fix: 'Publish inside transactions.run(), or inside a transaction that is opened by the ORM object which was given to typeOrmTransactions(), prismaTransactions(), drizzleTransactions() or kyselyTransactions(), in the same chain of calls as the rows; a bare query, an array of queries and a BEGIN by hand cannot carry an event',
  },
  OUTBOX_TRANSACTION_ENDED: {
    summary: 'Something was to join a transaction that is being committed or has ended.',
    fix: 'Await everything that belongs to the transaction before its work returns',
  },
  OUTBOX_TRANSACTION_FAILED: {
    summary:
      'A transaction was to be committed although one of its statements had failed; PostgreSQL would have rolled it back without a word.',
    fix: 'Do not swallow errors of statements inside a transaction; use a savepoint (a transaction of the ORM inside the transaction) around what may fail',
  },
  OUTBOX_TRANSACTION_UNSEEN: {
    summary: 'The ORM has opened or committed a transaction in a way that cannot be followed, so its events could be lost.',
    fix: 'Call prismaTransactions() before the client connects, and use a version of the ORM that is named in the peerDependencies of @banyan/outbox',
  },
  OUTBOX_COMMIT_UNKNOWN: {
    summary: 'The connection was lost during COMMIT: whether the transaction is durable is not known.',
    fix: 'Read what the transaction would have written before doing it again, or give it a key that refuses a second time',
  },
  OUTBOX_EVENT_UNDECLARED: {
    summary: 'An event was published that the outbox was not told about.',
    fix: 'Add the contract to `publishes` of createOutbox(), so that the system’s catalogue knows who publishes it',
  },
  OUTBOX_KEY_INVALID: {
    summary: 'The key of an event is empty, longer than 200 characters, or holds a NUL character.',
    fix: 'Give the key field of the contract an identifier; bound its length in the schema',
  },
  OUTBOX_NOT_INSTALLED: {
    summary: 'The database has no outbox, or an older one than this program needs.',
    fix: 'Call installOutbox(session) at start, as a role that may create in the schema banyan',
  },
  OUTBOX_OPTION_INVALID: {
    summary: 'An option has a value with which nothing could work.',
    fix: 'Correct the option that the message names',
  },
} as const satisfies Record<string, OutboxFault>;

export type OutboxErrorCode = keyof typeof outboxFaults;

/** A fault of the outbox: `code` never changes, `message` names what was seen, `fix` says what to do. */
export class OutboxError extends Error {
  readonly code: OutboxErrorCode;
  readonly fix: string;

  constructor(code: OutboxErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'OutboxError';
    this.code = code;
    this.fix = outboxFaults[code].fix;
  }
}
