/** Transactions that Kysely opens by its own API, seen by what is called inside them. */
import { randomUUID } from 'node:crypto';
import type {
  CompiledQuery,
  ControlledTransaction,
  ControlledTransactionBuilder,
  DatabaseConnection,
  Kysely,
  QueryResult,
  RawNode,
  Transaction as Native,
  TransactionBuilder,
} from 'kysely';
import { OutboxError } from './errors.ts';
import { follow, type OrmConnection, runFollowed, type Work } from './transaction/followed-transaction.ts';
import { createTransactionFrames, type TransactionFrames, transactionsIn } from './transaction/frames.ts';
import { replaceMethod } from './transaction/replaced-method.ts';
import type { Transactions } from './transactions.ts';

type Frames<Tables> = TransactionFrames<Native<Tables>>;

const wrapped = new WeakMap<object, Transactions<unknown>>();

/**
 * Wraps a database of Kysely with its PostgresDialect, so that every transaction opened after this call by db.transaction().execute() or
 * db.startTransaction().execute() is seen, savepoints included, also through what db.withSchema() and its like answer from then on. A second call
 * gives the same answer. Throws OUTBOX_OPTION_INVALID for the dialect of another database.
 *
 * Not seen, and therefore refused by the outbox: BEGIN sent as a query, and what db.connection() hands out. startTransaction() in the part of a function before its first await is
 * also seen by the function's caller until that transaction ends; transaction() is seen by its callback only.
 */
export function kyselyTransactions<Tables>(database: Kysely<Tables>): Transactions<Native<Tables>> {
  const known = wrapped.get(database) as Transactions<Native<Tables>> | undefined;
  if (known !== undefined) return known;
  const { supportsTransactionalDdl, supportsReturning } = database.getExecutor().adapter;
  if (!supportsTransactionalDdl || !supportsReturning)
    throw new OutboxError('OUTBOX_OPTION_INVALID', 'The dialect of Kysely is not that of PostgreSQL.');
  return watchDatabase(database, createTransactionFrames<Native<Tables>>());
}

/** They answer a database on the same connections, which opens its transactions itself. */
const derivations = ['withPlugin', 'withoutPlugins', 'withSchema', 'withTables', '$extendTables', '$omitTables', '$pickTables'] as const;

function watchDatabase<Tables>(database: Kysely<Tables>, frames: Frames<Tables>): Transactions<Native<Tables>> {
  const transaction = database.transaction.bind(database);
  const startTransaction = database.startTransaction.bind(database);
  database.transaction = () =>
    withExecute(transaction(), (builder) => (work: Work<Native<Tables>, unknown>) => runIn(builder, work, frames));
  database.startTransaction = () => withExecute(startTransaction(), (builder) => () => startIn(builder, frames));
  for (const name of derivations) {
    const derive = Reflect.get(database, name) as (...options: unknown[]) => Kysely<Tables>;
    replaceMethod(database, name, (...options) => {
      const derived = Reflect.apply(derive, database, options);
      watchDatabase(derived, frames);
      return derived;
    });
  }
  const transactions = transactionsIn(frames, (work) => database.transaction().execute(work));
  wrapped.set(database, transactions);
  return transactions;
}

/** The builder with another execute(), also after it has been told an isolation level: each of its methods answers a new one. */
function withExecute<Builder extends object>(builder: Builder, toExecute: (builder: Builder) => unknown): Builder {
  return new Proxy(builder, {
    get: (_, name) => {
      if (name === 'execute') return toExecute(builder);
      const member: unknown = Reflect.get(builder, name);
      if (typeof member !== 'function') return member;
      return (...options: unknown[]) => withExecute(Reflect.apply(member, builder, options) as Builder, toExecute);
    },
  });
}

function runIn<Tables>(builder: TransactionBuilder<Tables>, work: Work<Native<Tables>, unknown>, frames: Frames<Tables>): Promise<unknown> {
  return runFollowed({ frames, call: (inside) => builder.execute(inside), work, connectionOf });
}

/** Not an async function, and nothing is awaited before enterLater(): so the caller sees the transaction as well. */
function startIn<Tables>(builder: ControlledTransactionBuilder<Tables>, frames: Frames<Tables>): Promise<ControlledTransaction<Tables>> {
  const enter = frames.enterLater();
  return builder.execute().then(async (native) => {
    enter(follow(await connectionOf(native), native, frames).transaction);
    return native;
  });
}

async function connectionOf<Tables>(native: Native<Tables>): Promise<OrmConnection> {
  const connection = await native.getExecutor().provideConnection(async (provided) => provided);
  const send = unlogged(connection);
  return {
    session: {
      query: async (text, values = []) => {
        const { rows, numAffectedRows } = await send(text, values);
        return { rows: rows as never[], rowCount: numAffectedRows === undefined ? rows.length : Number(numAffectedRows) };
      },
    },
    // Kysely does not tell which command was done. A select fails where COMMIT would be a quiet ROLLBACK.
    send: async (message) => {
      await send(`select; ${message}`, []);
      return 'COMMIT';
    },
    watch: (ask) => {
      const executeQuery = connection.executeQuery.bind(connection) as (...options: unknown[]) => unknown;
      return replaceMethod(connection, 'executeQuery', (...options) => {
        const [{ sql }] = options as [CompiledQuery];
        const asked = ask(sql);
        return asked === undefined ? executeQuery(...options) : asked.then(() => ({ rows: [] }));
      });
    },
  };
}

/** A log that is switched on replaces executeQuery() of the connection itself; events are not for it. */
function unlogged(connection: DatabaseConnection) {
  const executeQuery = Reflect.get(Object.getPrototypeOf(connection) as object, 'executeQuery') as DatabaseConnection['executeQuery'];
  return (sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> => {
    const query: RawNode = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
    return executeQuery.call(connection, { sql, parameters, query, queryId: { queryId: randomUUID() } });
  };
}
