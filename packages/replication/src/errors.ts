// Every error of this package: a stable code, the value seen, the cause, and what to do next.

export const errorCatalogue = {
  REPLICATION_OPTION_INVALID: 'Correct the named option; the limits are in the README of @banyan/replication.',
  REPLICATION_TABLE_MISSING: 'Create the table on that side (start the service once so that it applies its schema), then try again.',
  REPLICATION_TABLE_MISMATCH: 'Make the columns of both tables the same set with the same types, then try again.',
  REPLICATION_KEY_MISSING: 'Add a primary key, or a unique index over NOT NULL columns with ALTER TABLE ... REPLICA IDENTITY USING INDEX.',
  REPLICATION_RIGHT_MISSING: 'Run the GRANT or ALTER ROLE statement in the message as a superuser, then try again.',
  REPLICATION_WAL_LEVEL: "Run ALTER SYSTEM SET wal_level = 'logical' on the source and restart that PostgreSQL.",
  REPLICATION_ROW_SECURITY:
    'Connect as the owner of the table (without FORCE ROW LEVEL SECURITY) or as a role with BYPASSRLS: ALTER ROLE ... BYPASSRLS.',
  REPLICATION_LONG_TRANSACTION: 'End the listed transactions (or wait for them), then try again.',
  REPLICATION_STREAM_BUSY: 'Stop the other process that runs this stream; only one may.',
  REPLICATION_NOT_COPIED: 'Call copy() first (or prepare() for a stream whose tables are already equal).',
  REPLICATION_SLOT_MISSING: 'The changes since then are gone. Call copy() again; it starts over.',
  REPLICATION_SLOT_RECREATED: 'The slot is not the one this stream used: changes in between are gone. Call copy() again; it starts over.',
  REPLICATION_SLOT_LOST: 'PostgreSQL dropped WAL that this stream still needed. Raise max_slot_wal_keep_size and call copy() again.',
  REPLICATION_SOURCE_CHANGED: 'The source is another server or database than the one copied from, or was restored. Call copy() again.',
  REPLICATION_SCHEMA_CHANGED: 'Make the same schema change on the target, then start the stream again.',
  REPLICATION_PROTOCOL: 'The server sent something this reader does not know. Start the stream again; if it repeats, report the message.',
  REPLICATION_APPLY_FAILED: 'Look at the cause, repair the target (verify, then repair), and start the stream again.',
  REPLICATION_NOT_FOLLOWING: 'Call start() and wait until status().state is "following".',
  REPLICATION_MARK_TIMEOUT: 'The stream is behind or disconnected; look at status().lagBytes and lastError, then try again.',
  REPLICATION_VERIFY_INTERRUPTED: 'The connection was lost while both sides were brought to one position. Verify again.',
  REPLICATION_DIFFERENCES: 'Run verify to see the keys, then repair.',
  REPLICATION_ROGUE_WRITE:
    'Find who wrote to the side that did not own the table; verify and repair it from the owner, then start the move again.',
  REPLICATION_FENCE_LOCK_TIMEOUT:
    'A writer held the tables for longer than the lock timeout. End the listed transactions or raise lockTimeoutMs, then try again.',
  REPLICATION_FENCE_MISSING: 'Call installFence for these tables first.',
  REPLICATION_FENCE_CLOSED: 'Take the tables back first: banyan back <extraction>; then try again.',
  REPLICATION_EPOCH_STALE: 'Another move was made since. Read the fence state and use a higher epoch.',
  REPLICATION_PREPARED_TRANSACTION: 'COMMIT PREPARED or ROLLBACK PREPARED the listed transactions, then try again.',
  REPLICATION_DANGLING_REFERENCE: 'Delete or correct the listed rows on the side that is to become the owner, then try again.',
  REPLICATION_WAY_BACK_BROKEN: 'The reverse stream cannot write what it must. Correct the cause; the move is refused until it works.',
  REPLICATION_CUTOVER_RUNNING: 'A cutover of these tables is already journalled. Call recoverCutover first.',
  REPLICATION_CUTOVER_UNDECIDED: 'The new owner cannot be asked whether it was opened. Bring its PostgreSQL back and call recoverCutover.',
  REPLICATION_TIMEOUT: 'The operation took longer than its limit. Look at the load of both databases, then try again.',
  REPLICATION_ABORTED: 'The caller cancelled. Call again to start over.',
} as const;

export type ReplicationErrorCode = keyof typeof errorCatalogue;

/** Thrown by everything in this package. `message` is a sentence with the value seen; `fix` is what to do next. */
export class ReplicationError extends Error {
  readonly code: ReplicationErrorCode;
  readonly fix: string;

  constructor(code: ReplicationErrorCode, message: string, options: { readonly cause?: unknown; readonly fix?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ReplicationError';
    this.code = code;
    this.fix = options.fix ?? errorCatalogue[code];
  }
}
