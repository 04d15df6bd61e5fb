/** Follows a transaction that an ORM has opened, by the statements that the ORM sends over its connection. */
import { OutboxError } from '../errors.ts';
import type { SqlSession } from '../transactions.ts';
import { commit, explainFailed, sqlState } from './commit.ts';
import type { TransactionFrames } from './frames.ts';
import { type HookMark, OpenTransaction } from './open-transaction.ts';
import { toTransactionStep, type TransactionStep } from './transaction-step.ts';

/** The connection on which an ORM has begun a transaction. */
export interface OrmConnection {
  /** Past the ORM, and past who watches. */
  readonly session: SqlSession;
  /** The same for a message of several statements, which the ORM does not get to log; answers the command that was done last. */
  send(message: string): Promise<string | undefined>;
  /**
   * Asks before each statement of the ORM, until the connection is given back or the answer is called. A statement that a promise is answered for
   * is not sent: what becomes of the promise becomes of it.
   */
  watch(ask: (statement: string) => Promise<void> | undefined): () => void;
  /** It may be inside a transaction still: nobody is to get it again. Missing where the ORM sees to that when its own rollback fails. */
  readonly discard?: () => void;
}

interface FollowedTransaction<Native> {
  readonly transaction: OpenTransaction<Native>;
  /** What COMMIT failed with, unless the server said so: an ORM would wrap it, or hide it behind a rollback that fails as well. */
  failure(): { readonly error: unknown } | undefined;
  /** A transaction that is open still is taken for rolled back. */
  stop(): void;
}

export type Work<Native, Result> = (native: Native) => Promise<Result>;

export interface FollowedCall<Native, Result> {
  readonly frames: TransactionFrames<Native>;
  /** Calls the ORM, which opens a transaction and runs the work in it. */
  readonly call: (work: Work<Native, Result>) => Promise<Result>;
  readonly work: Work<Native, Result>;
  /** undefined when the call has taken none that can be seen. */
  readonly connectionOf: (native: Native) => Promise<OrmConnection | undefined>;
}

interface Savepoint {
  readonly name: string;
  readonly mark: HookMark;
}

/**
 * A call that takes no connection inside an open transaction is a savepoint of that one. Throws OUTBOX_TRANSACTION_UNSEEN when there is none;
 * otherwise what the call rejects with, or in its place the error of COMMIT that is not the server's.
 */
export async function runFollowed<Native, Result>(options: FollowedCall<Native, Result>): Promise<Result> {
  const { frames, call, work, connectionOf } = options;
  let followed: FollowedTransaction<Native> | undefined;
  try {
    const result = await call(async (native) => {
      const connection = await connectionOf(native);
      if (connection === undefined && frames.current() === undefined) throw unseen('has begun');
      if (connection === undefined) return work(native);
      followed = follow(connection, native, frames);
      return enclose(frames, followed.transaction, () => work(native));
    });
    if (followed?.transaction.isOpen === true) throw unseen('has committed');
    return result;
  } catch (error) {
    const failure = followed?.failure();
    throw failure === undefined ? error : failure.error;
  } finally {
    followed?.stop();
  }
}

function unseen(what: string): OutboxError {
  return new OutboxError('OUTBOX_TRANSACTION_UNSEEN', `The ORM ${what} a transaction on a connection that cannot be followed.`);
}

/** From BEGIN on. Events are written when the ORM sends COMMIT; a statement that goes back to a savepoint drops what was published since. */
export function follow<Native>(connection: OrmConnection, native: Native, frames: TransactionFrames<Native>): FollowedTransaction<Native> {
  const { session } = connection;
  const transaction: OpenTransaction<Native> = new OpenTransaction<Native>(
    { query: async (text, values) => (transaction.refuseEnded(), session.query(text, values)) },
    native,
  );
  const savepoints: Savepoint[] = [];
  let failure: { readonly error: unknown } | undefined;
  let rolledBack: Promise<void> | undefined;
  let isOver = false;

  const commitFollowed = async () => {
    try {
      const message = await enclose(frames, transaction, () => transaction.prepare());
      await commit(transaction, () => connection.send(message));
      stopWatching();
    } catch (error) {
      transaction.end('rolled-back');
      const explained = explainFailed(error);
      if (sqlState(explained) === undefined || explained instanceof OutboxError) failure = { error: explained };
      // Prisma gives the connection back as it is.
      rolledBack = session.query('rollback').then(() => undefined);
      await rolledBack.catch(() => {
        failure = { error: explained };
        connection.discard?.();
      });
      throw explained;
    } finally {
      isOver = true;
    }
  };

  const take = (step: TransactionStep): Promise<void> | undefined => {
    if (step.kind === 'commit') return isOver || !transaction.isOpen ? undefined : commitFollowed();
    if (step.kind === 'rollback') {
      transaction.end('rolled-back');
      stopWatching();
      return isOver ? rolledBack : undefined;
    }
    followSavepoint(step, transaction, savepoints);
    return undefined;
  };

  const stopWatching = connection.watch((statement) => {
    const step = toTransactionStep(statement);
    return step === undefined ? undefined : take(step);
  });
  const stop = () => {
    stopWatching();
    if (transaction.isOpen) transaction.end('rolled-back');
  };
  return { transaction, failure: () => failure, stop };
}

/** Runs the work where the transaction is seen. */
function enclose<Native, Result>(frames: TransactionFrames<Native>, transaction: OpenTransaction<Native>, work: () => Result): Result {
  return frames.scope(() => {
    frames.enter(transaction);
    return work();
  });
}

type SavepointStep = Extract<TransactionStep, { readonly name: string }>;

/** As in SQL: a name stands for its latest savepoint, and with a savepoint all that came after it are gone. */
function followSavepoint({ kind, name }: SavepointStep, transaction: OpenTransaction<unknown>, savepoints: Savepoint[]): void {
  if (kind === 'savepoint') {
    savepoints.push({ name, mark: transaction.mark() });
    return;
  }
  const index = savepoints.findLastIndex((savepoint) => savepoint.name === name);
  const savepoint = savepoints[index];
  if (savepoint === undefined) return;
  if (kind === 'rollback-to') transaction.rollBackTo(savepoint.mark);
  savepoints.length = kind === 'rollback-to' ? index + 1 : index;
}
