/** The end of a transaction, and what is known of it when it fails. */
import { OutboxError } from '../errors.ts';
import type { OpenTransaction } from './open-transaction.ts';

/**
 * `send` sends the message that prepare() has answered, and answers the command that was done last. Throws OUTBOX_COMMIT_UNKNOWN, OUTBOX_TRANSACTION_FAILED,
 * and what the server says.
 */
export async function commit(transaction: OpenTransaction<unknown>, send: () => Promise<string | undefined>): Promise<void> {
  const done = await send().catch((error: unknown) => {
    const outcome = outcomeOfFailedCommit(error);
    transaction.end(outcome);
    throw outcome === 'unknown' ? commitUnknown(error) : explainFailed(error);
  });
  // The answer to COMMIT is a quiet ROLLBACK when a statement had failed.
  const isKept = done === 'COMMIT';
  transaction.end(isKept ? 'committed' : 'rolled-back');
  if (!isKept) throw transactionFailed();
}

/** The server refused COMMIT, then nothing is kept; or it was never heard, then nobody knows. */
export function outcomeOfFailedCommit(error: unknown): 'rolled-back' | 'unknown' {
  const code = sqlState(error);
  return code === undefined || code.startsWith('08') || code.startsWith('57P') ? 'unknown' : 'rolled-back';
}

function commitUnknown(error: unknown): OutboxError {
  return new OutboxError('OUTBOX_COMMIT_UNKNOWN', `COMMIT was not answered: ${(error as Error).message}.`, { cause: error });
}

function transactionFailed(cause?: unknown): OutboxError {
  return new OutboxError('OUTBOX_TRANSACTION_FAILED', 'A statement of the transaction had failed and its error was swallowed.', { cause });
}

/** PostgreSQL says 25P02 to whatever follows a failed statement, 42883 and 3F000 of a function and a schema that are not there. */
export function explainFailed(error: unknown): unknown {
  const code = sqlState(error);
  if (code === '25P02') return transactionFailed(error);
  const { message } = error as Error;
  if ((code !== '42883' && code !== '3F000') || !message.includes('banyan')) return error;
  return new OutboxError('OUTBOX_NOT_INSTALLED', `The outbox is not there: ${message}.`, { cause: error });
}

/** The server's code for what went wrong, also inside an error of an ORM; undefined when the server said nothing. */
export function sqlState(error: unknown): string | undefined {
  for (let inner = error as WrappedError | undefined; typeof inner === 'object' && inner !== null; inner = causeOf(inner)) {
    if (typeof inner.severity === 'string' && typeof inner.code === 'string') return inner.code;
    if (typeof inner.originalCode === 'string') return inner.originalCode;
  }
  return undefined;
}

/** As pg says it (`code` and `severity`), and where TypeORM, Drizzle and Prisma put that. */
interface WrappedError {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly originalCode?: unknown;
  readonly driverError?: WrappedError;
  readonly cause?: WrappedError;
  readonly meta?: { readonly driverAdapterError?: WrappedError };
}

function causeOf({ driverError, cause, meta }: WrappedError): WrappedError | undefined {
  return driverError ?? cause ?? meta?.driverAdapterError;
}
