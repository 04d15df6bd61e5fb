/** The end of a transaction, and what is known of it when it fails. */
import type { ClientBase } from 'pg';
import { OutboxError } from '../errors.ts';
import type { OpenTransaction } from './open-transaction.ts';

/** Sends the message that prepare() has answered. Throws OUTBOX_COMMIT_UNKNOWN, OUTBOX_TRANSACTION_FAILED, and what the server says. */
export async function commit(client: ClientBase, transaction: OpenTransaction<unknown>, message: string): Promise<void> {
  const answers = await client.query(message).catch((error: unknown) => {
    const outcome = outcomeOfFailedCommit(error);
    transaction.end(outcome);
    throw outcome === 'unknown' ? commitUnknown(error) : explainFailed(error);
  });
  // One answer per statement of the message; that to COMMIT is the last, and is a quiet ROLLBACK when a statement had failed.
  const isKept = [answers].flat().at(-1)?.command === 'COMMIT';
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

/** What the server said, also inside an error of TypeORM; undefined when it said nothing. */
function sqlState(error: unknown): string | undefined {
  const { code, severity } = ((error as { driverError?: unknown }).driverError ?? error) as { code?: unknown; severity?: unknown };
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}
