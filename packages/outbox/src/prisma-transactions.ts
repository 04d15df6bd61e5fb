/** Transactions that Prisma opens by its own API, seen by what is called inside them. */
import type { Pool } from 'pg';
import { OutboxError } from './errors.ts';
import type { Work } from './transaction/followed-transaction.ts';
import { transactionsIn } from './transaction/frames.ts';
import { createPoolTransactions, type PoolTransactions } from './transaction/pool-transactions.ts';
import type { Transactions } from './transactions.ts';

/** What is needed of a generated client, whatever its schema is. */
export interface PrismaClientOnPg {
  $transaction: (...options: never[]) => Promise<unknown>;
}

/** What Prisma hands to the work of a transaction: its `Prisma.TransactionClient`. */
export type PrismaTransaction<Client> = Omit<Client, '$connect' | '$disconnect' | '$on' | '$use' | '$extends'>;

const wrapped = new WeakMap<PrismaClientOnPg, Transactions<unknown>>();

/**
 * Wraps a client of Prisma 7 on `@prisma/adapter-pg`, so that every transaction opened after this call by $transaction() with a callback is seen, and
 * nested ones as the savepoints that they are. To be called before the client connects. A second call gives the same answer. Throws
 * OUTBOX_OPTION_INVALID for another adapter. run() takes the limits of time and the isolation of the client's `transactionOptions`.
 * Clients that a wrapped one is extended into are seen as well; given one of those, run() hands out its transactions.
 *
 * Not seen, and therefore refused by the outbox: $transaction() with an array, inside of which no code of yours runs.
 */
export function prismaTransactions<Client extends PrismaClientOnPg>(client: Client): Transactions<PrismaTransaction<Client>> {
  type Native = PrismaTransaction<Client>;
  const known = wrapped.get(client) as Transactions<Native> | undefined;
  if (known !== undefined) return known;
  const { frames, open } = poolTransactionsOf<Native>(adapterOf(client));
  const { $transaction: original } = client;
  // Inside a transaction it is called on the client of that one, which tells Prisma that it is nested.
  function transact<Result>(this: unknown, work: Work<Native, Result>, options?: unknown): Promise<Result> {
    const begin = (inside: Work<Native, Result>) => Reflect.apply(original, this, [inside, options]) as Promise<Result>;
    return typeof work === 'function' ? open(begin, work) : begin(work);
  }
  client.$transaction = transact;
  const transactions = transactionsIn(frames, (work) => Reflect.apply(transact, client, [work]));
  wrapped.set(client, transactions);
  return transactions;
}

/** Prisma's client keeps its adapter to itself; the adapter is what leads to the connections. */
interface ConfiguredClient {
  readonly _engineConfig?: { readonly adapter?: AdapterFactory };
}

interface AdapterFactory {
  readonly adapterName?: string;
  connect(): Promise<{ underlyingDriver?(): Pool }>;
}

function adapterOf(client: PrismaClientOnPg & ConfiguredClient): AdapterFactory {
  const factory = client._engineConfig?.adapter;
  if (factory?.adapterName === '@prisma/adapter-pg') return factory;
  throw new OutboxError(
    'OUTBOX_OPTION_INVALID',
    `The client of Prisma is on ${factory?.adapterName ?? 'no adapter'}, not on @prisma/adapter-pg.`,
  );
}

const poolTransactions = new WeakMap<AdapterFactory, unknown>();

/** One for all clients of an adapter: a call that goes through two of them, as that of an extended client may, opens one transaction. */
function poolTransactionsOf<Native>(factory: AdapterFactory): PoolTransactions<Native> {
  const known = poolTransactions.get(factory) as PoolTransactions<Native> | undefined;
  if (known !== undefined) return known;
  const made = createPoolTransactions<Native>();
  poolTransactions.set(factory, made);
  watchPoolsOf(factory, made.watch);
  return made;
}

/** It makes a new one whenever the client connects. */
function watchPoolsOf(factory: AdapterFactory, watch: (pool: Pool) => void): void {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const pool = adapter.underlyingDriver?.();
    if (pool !== undefined) watch(pool);
    return adapter;
  };
}
