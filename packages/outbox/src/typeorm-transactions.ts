/** Transactions that TypeORM opens by its own API, seen by what is called inside them. */
import type { ClientBase } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { OutboxError } from './errors.ts';
import { commit, explainFailed } from './transaction/commit.ts';
import { type HookMark, OpenTransaction } from './transaction/open-transaction.ts';
import { createTransactionFrames, type TransactionFrames, transactionsIn } from './transaction/frames.ts';
import { sendMessage } from './transaction/pg-session.ts';
import type { SqlSession, Transactions } from './transactions.ts';

const wrapped = new WeakMap<DataSource, Transactions<EntityManager>>();

/**
 * Wraps a DataSource of PostgreSQL, so that every transaction opened after this call by dataSource.transaction(), manager.transaction() or
 * queryRunner.startTransaction() is seen, savepoints included. A second call gives the same answer. Throws OUTBOX_OPTION_INVALID for another database.
 *
 * Not seen, and therefore refused by the outbox: BEGIN sent as a query. startTransaction() in the part of a function before its first await is
 * also seen by the function's caller until that transaction ends; transaction() is seen by its callback only.
 */
export function typeOrmTransactions(dataSource: DataSource): Transactions<EntityManager> {
  const known = wrapped.get(dataSource);
  if (known !== undefined) return known;
  const { type } = dataSource.options;
  if (type !== 'postgres') throw new OutboxError('OUTBOX_OPTION_INVALID', `The DataSource is of type "${type}", not "postgres".`);
  const frames = createTransactionFrames<EntityManager>();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    watchRunner(runner, frames);
    keepInside(runner.manager, frames);
    return runner;
  };
  keepInside(dataSource.manager, frames);
  const transactions = transactionsIn(frames, (work) => dataSource.transaction(work));
  wrapped.set(dataSource, transactions);
  return transactions;
}

/** What transaction() opens is seen inside its callback and nowhere else. */
function keepInside(manager: EntityManager, frames: TransactionFrames<EntityManager>): void {
  const transaction = manager.transaction.bind(manager) as (...options: unknown[]) => Promise<never>;
  manager.transaction = (...options: unknown[]): Promise<never> => frames.scope(() => transaction(...options));
}

function watchRunner(runner: QueryRunner, frames: TransactionFrames<EntityManager>): void {
  const start = runner.startTransaction.bind(runner);
  const commitOriginally = runner.commitTransaction.bind(runner);
  const rollback = runner.rollbackTransaction.bind(runner);
  const release = runner.release.bind(runner);
  const query = runner.query.bind(runner) as (...options: unknown[]) => Promise<unknown>;
  const savepoints: HookMark[] = [];
  let open: OpenTransaction<EntityManager> | undefined;
  let isCommitting = false;

  const end = (): OpenTransaction<EntityManager> | undefined => {
    const ended = open;
    open = undefined;
    savepoints.length = 0;
    return ended;
  };

  // Not an async function, and nothing is awaited before enter(): so the caller sees the transaction as well.
  runner.startTransaction = (isolation) => {
    const isOutermost = open === undefined;
    if (open === undefined) open = new OpenTransaction(toSession(runner), runner.manager);
    else savepoints.push(open.mark());
    frames.enter(open);
    return start(isolation).catch((error: unknown) => {
      if (isOutermost) end()?.end('rolled-back');
      else savepoints.pop();
      throw error;
    });
  };

  runner.commitTransaction = async () => {
    isCommitting = savepoints.length === 0;
    try {
      await commitOriginally();
      savepoints.pop();
    } finally {
      isCommitting = false;
    }
  };

  // The statement itself is what is watched: subscribers to the commit run before it and may still publish.
  runner.query = (async (...options: unknown[]) => {
    if (!isCommitting || open === undefined || options[0] !== 'COMMIT') return query(...options);
    isCommitting = false;
    const transaction = open;
    const message = await transaction.prepare().catch((error: unknown) => {
      throw explainFailed(error);
    });
    end();
    runner.dataSource.logger.logQuery('COMMIT', undefined, runner);
    // Past TypeORM, which would log the events in the message, and put them into its error.
    const client = (await runner.connect()) as ClientBase;
    return commit(transaction, () => sendMessage(client, message)).catch(throwAsTypeOrm);
  }) as QueryRunner['query'];

  runner.rollbackTransaction = async () => {
    const savepoint = savepoints.pop();
    if (savepoint === undefined) end()?.end('rolled-back');
    else open?.rollBackTo(savepoint);
    await rollback();
  };

  runner.release = async () => {
    end()?.end('rolled-back');
    await release();
  };
}

async function throwAsTypeOrm(error: unknown): Promise<never> {
  if (error instanceof OutboxError) throw error;
  const { QueryFailedError } = await import('typeorm');
  throw new QueryFailedError('COMMIT', undefined, error as Error);
}

function toSession(runner: QueryRunner): SqlSession {
  return {
    query: async (text, values) => {
      const { records, affected } = await runner.query(text, values === undefined ? undefined : [...values], true);
      return { rows: (records ?? []) as never[], rowCount: affected ?? null };
    },
  };
}
