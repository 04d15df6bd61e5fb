/** Transactions of a pg pool, seen by what is called inside them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import { commit, explainFailed } from './transaction/commit.ts';
import { OpenTransaction } from './transaction/open-transaction.ts';
import { listenForLoss, sendMessage, toSession } from './transaction/pg-session.ts';
import type { Transaction, Transactions } from './transactions.ts';

/**
 * Each transaction takes one connection of the pool; with the pool's option `pipeline: true` it takes one round trip less.
 * A transaction that is begun by hand on a client is not seen: use run().
 */
export function pgTransactions(pool: Pool): Transactions<PoolClient> {
  const around = new AsyncLocalStorage<OpenTransaction<PoolClient>>();
  const current = () => {
    const transaction = around.getStore();
    return transaction?.isOpen === true ? transaction : undefined;
  };
  return {
    current,
    run: async (work) => {
      const joined = current();
      if (joined !== undefined) return work(joined);
      return withClient(pool, async (client) => {
        const begun = begin(client);
        if (!client.pipeline) await begun;
        const transaction = openOn(client);
        const { result, message } = await around.run(transaction, () => prepare(transaction, work));
        await begun;
        await commit(transaction, () => sendMessage(client, message));
        return result;
      });
    },
  };
}

/** With a pool of `pipeline: true` it goes in one packet with the first statement, if that comes at once; that it has failed is known before COMMIT. */
function begin(client: PoolClient): Promise<unknown> {
  if (client.pipeline) {
    const { stream } = client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
  const begun = client.query('begin');
  begun.catch(() => {}); // awaited before COMMIT; the work may fail first
  return begun;
}

/** A client outlives its transaction, and whoever still holds it then must not write into somebody else's. */
function openOn(client: PoolClient): OpenTransaction<PoolClient> {
  const query = (...options: unknown[]): unknown => {
    transaction.refuseEnded();
    return (client.query as (...options: unknown[]) => unknown).apply(client, options);
  };
  const guarded = Object.create(client, { query: { value: query } }) as PoolClient;
  const transaction = new OpenTransaction(toSession(guarded), guarded);
  return transaction;
}

async function prepare<Result>(
  transaction: OpenTransaction<PoolClient>,
  work: (transaction: Transaction<PoolClient>) => Promise<Result>,
): Promise<{ readonly result: Result; readonly message: string }> {
  try {
    const result = await work(transaction);
    return { result, message: await transaction.prepare() };
  } catch (error) {
    transaction.end('rolled-back');
    throw explainFailed(error);
  }
}

/** A connection that may still be inside a transaction, or is lost, does not go back to the pool. */
async function withClient<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  const stopListening = listenForLoss(client);
  let isUsable = false;
  try {
    const result = await work(client);
    isUsable = true;
    return result;
  } catch (error) {
    isUsable = await client.query('rollback').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    stopListening();
    client.release(!isUsable);
  }
}
