/** Transactions that Drizzle opens by its own API, seen by what is called inside them. */
import type { Pool } from 'pg';
import { OutboxError } from './errors.ts';
import { transactionsIn } from './transaction/frames.ts';
import { createPoolTransactions } from './transaction/pool-transactions.ts';
import type { Transactions } from './transactions.ts';

/** What is needed of a database of `drizzle-orm/node-postgres`, whatever its schema is. */
export interface DrizzleDatabase {
  readonly $client: unknown;
  transaction(work: never, config?: never): Promise<unknown>;
}

/** What Drizzle hands to the work of a transaction. */
export type DrizzleTransaction<Database extends Pick<DrizzleDatabase, 'transaction'>> = Parameters<Database['transaction']>[0] extends (
  transaction: infer Native,
) => Promise<unknown>
  ? Native
  : never;

const wrapped = new WeakMap<DrizzleDatabase, Transactions<unknown>>();

/**
 * Wraps a database of `drizzle-orm/node-postgres` that is on a Pool, so that every transaction opened after this call by db.transaction() is seen,
 * and nested ones as the savepoints that they are. A second call gives the same answer. Throws OUTBOX_OPTION_INVALID for another driver.
 *
 * Not seen, and therefore refused by the outbox: BEGIN sent as a query.
 */
export function drizzleTransactions<Database extends DrizzleDatabase>(database: Database): Transactions<DrizzleTransaction<Database>> {
  type Native = DrizzleTransaction<Database>;
  const known = wrapped.get(database) as Transactions<Native> | undefined;
  if (known !== undefined) return known;
  const { $client: pool } = database;
  if (!isPool(pool)) throw new OutboxError('OUTBOX_OPTION_INVALID', 'The database of Drizzle is not on a Pool of pg.');
  const { frames, open, watch } = createPoolTransactions<Native>();
  watch(pool);
  const begin = database.transaction.bind(database) as unknown as Transact<Native>;
  const transact: Transact<Native> = (work, config) => open((inside) => begin(inside, config), work);
  database.transaction = transact;
  const transactions = transactionsIn(frames, (work) => transact(work));
  wrapped.set(database, transactions);
  return transactions;
}

type Transact<Native> = <Result>(work: (native: Native) => Promise<Result>, config?: unknown) => Promise<Result>;

function isPool(client: unknown): client is Pool {
  return typeof client === 'object' && client !== null && 'totalCount' in client;
}
