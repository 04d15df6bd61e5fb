/** The seam to whoever opens transactions: pg itself or an ORM. What publishes joins the transaction that is open around it, by itself. */

/** What outbox and inbox need from any ORM: SQL inside the caller's transaction, parameters as $1, $2, … */
export interface SqlSession {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in pg: who writes the statement knows its rows
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/**
 * One open transaction, as the outbox sees it. Hooks run in the order in which they were added; what a hook of beforeCommit adds there runs after
 * all that was added before. Hooks that were added inside a savepoint are dropped when it is rolled back.
 * It does not promise isolation above READ COMMITTED, nor that afterCommit runs when the process dies in between.
 */
export interface Transaction<Native> {
  readonly session: SqlSession;
  /** The ORM's own handle: an EntityManager, a PoolClient. */
  readonly native: Native;
  /** Runs inside the transaction, right before COMMIT; its error rolls everything back. Throws OUTBOX_TRANSACTION_ENDED when it is too late. */
  beforeCommit(work: () => Promise<void>): void;
  /**
   * Where the driver can: sends a statement in one message with COMMIT, so that what it locks is held no longer than COMMIT takes. Parameters stand in
   * its text, escaped; its error rolls everything back. To be called in beforeCommit(). Where this is missing, the statement is sent there.
   */
  commitWith?(statement: string): void;
  /** Runs once the transaction is durable; never when it was rolled back or its outcome is unknown. */
  afterCommit(work: () => void): void;
}

export interface Transactions<Native> {
  /**
   * Commits when the work resolves, rolls back and throws when it rejects. Inside an open transaction it joins that one.
   * Throws OUTBOX_COMMIT_UNKNOWN when the connection is lost during COMMIT, OUTBOX_TRANSACTION_FAILED when the work has swallowed the error of a statement.
   */
  run<Result>(work: (transaction: Transaction<Native>) => Promise<Result>): Promise<Result>;
  /** The transaction around the caller; undefined when there is none that can be seen. */
  current(): Transaction<Native> | undefined;
}
