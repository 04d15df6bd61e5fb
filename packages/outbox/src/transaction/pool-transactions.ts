/** Transactions of an ORM that takes its connections from a pool of pg. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import { type OrmConnection, runFollowed, type Work } from './followed-transaction.ts';
import { createTransactionFrames, type TransactionFrames } from './frames.ts';
import { listenForLoss, sendMessage, toSession } from './pg-session.ts';
import { replaceMethod } from './replaced-method.ts';

export interface PoolTransactions<Native> {
  readonly frames: TransactionFrames<Native>;
  /** Transactions whose connection is of this pool can be followed from now on. */
  readonly watch: (pool: Pool) => void;
  /**
   * Calls the ORM: `call` opens a transaction and runs the work that it gets in it. Throws OUTBOX_TRANSACTION_UNSEEN when the connection is of no
   * pool that is watched; what the call rejects with, but in place of the ORM's error of COMMIT the one that is in it.
   */
  readonly open: <Result>(call: (work: Work<Native, Result>) => Promise<Result>, work: Work<Native, Result>) => Promise<Result>;
}

/** What is around a call of the ORM: the first client that is taken in it is that of its transaction. */
interface Taking {
  client: PoolClient | undefined;
}

export function createPoolTransactions<Native>(): PoolTransactions<Native> {
  const frames = createTransactionFrames<Native>();
  const takings = new AsyncLocalStorage<Taking>();
  const watched = new WeakSet<Pool>();
  return {
    frames,
    watch: (pool) => {
      if (watched.has(pool)) return;
      watched.add(pool);
      noteTaken(pool, (client) => {
        const taking = takings.getStore();
        if (taking !== undefined) taking.client ??= client;
      });
    },
    open: (call, work) => {
      const taking: Taking = { client: undefined };
      const connectionOf = async () => (taking.client === undefined ? undefined : toConnection(taking.client));
      return takings.run(taking, () => runFollowed({ frames, call, work, connectionOf }));
    },
  };
}

/** pool.query() takes its client with a callback: that is nobody's transaction. */
function noteTaken(pool: Pool, note: (client: PoolClient) => void): void {
  const connect = pool.connect.bind(pool) as (...options: unknown[]) => Promise<PoolClient>;
  const noted = async (...options: unknown[]) => {
    const client = await connect(...options);
    note(client);
    return client;
  };
  pool.connect = ((...options: unknown[]) => (options.length === 0 ? noted() : connect(...options))) as Pool['connect'];
}

function toConnection(client: PoolClient): OrmConnection {
  const query = client.query.bind(client);
  let isUsable = true;
  return {
    discard: () => void (isUsable = false),
    session: toSession({ query }),
    send: (message) => sendMessage({ query }, message),
    watch: (ask) => {
      const stopListening = listenForLoss(client);
      const stop = replaceMethod(client, 'query', (...options) => {
        const [statement] = options as [string | { readonly text: string }];
        const asked = ask(typeof statement === 'string' ? statement : statement.text);
        return asked === undefined ? (query as (...options: unknown[]) => unknown)(...options) : asked.then(() => emptyResult);
      });
      const release = client.release.bind(client);
      // Whoever has it next is somebody else.
      client.release = (error) => {
        stop();
        stopListening();
        release(error ?? !isUsable);
      };
      return stop;
    },
  };
}

/** As pg answers a statement that has no rows. */
const emptyResult = { command: '', rowCount: null, oid: null, fields: [], rows: [] };
