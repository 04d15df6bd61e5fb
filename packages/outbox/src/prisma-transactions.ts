/** Transactions that Prisma opens by its own API, seen by what is called inside them. */
import type { Pool } from 'pg';
import { OutboxError } from './errors.ts';
import { transactionsIn } from './transaction/frames.ts';
import { createPoolTransactions } from './transaction/pool-transactions.ts';
import type { Transactions } from './transactions.ts';

/** What is needed of a generated client, whatever its schema is. */
export interface PrismaClientOnPg {
  $transaction(...options: never[]): Promise<unknown>;
}

/** What Prisma hands to the work of a transaction: its `Prisma.TransactionClient`. */
export type PrismaTransaction<Client> = Omit<Client, '$connect' | '$disconnect' | '$on' | '$use' | '$extends'>;

const wrapped = new WeakMap<PrismaClientOnPg, Transactions<unknown>>();

/**
 * Wraps a client of Prisma 7 on `@prisma/adapter-pg`, so that every transaction opened after this call by $transaction() with a callback is seen, and
 * nested ones as the savepoints that they are. To be called before the client connects. A second call gives the same answer. Throws
 * OUTBOX_OPTION_INVALID for another adapter. run() takes the limits of time and the isolation of the client's `transactionOptions`.
 *
 * Not seen, and therefore refused by the outbox: $transaction() with an array, inside of which no code of yours runs.
 */
export function prismaTransactions<Client extends PrismaClientOnPg>(client: Client): Transactions<PrismaTransaction<Client>> {
  type Native = PrismaTransaction<Client>;
  const known = wrapped.get(client) as Transactions<Native> | undefined;
  if (known !== undefined) return known;
  const factory = (client as Client & ConfiguredClient)._engineConfig?.adapter;
  if (factory?.adapterName !== '@prisma/adapter-pg')
    throw new OutboxError('OUTBOX_OPTION_INVALID', `The client of Prisma is on ${factory?.adapterName ?? 'no adapter'}, not on @prisma/adapter-pg.`);
  const { frames, open, watch } = createPoolTransactions<Native>();
  watchPoolOf(factory, watch);
  const begin = Reflect.get(client, '$transaction') as Transact<Native>;
  // Inside a transaction it is called on the client of that one, which tells Prisma that it is nested.
  const transact: Transact<Native> = function transact(this: unknown, work, options) {
    if (typeof work !== 'function') return begin.call(this, work, options);
    return open((inside) => begin.call(this, inside, options), work);
  };
  client.$transaction = transact as unknown as Client['$transaction'];
  const transactions = transactionsIn(frames, (work) => transact.call(client, work));
  wrapped.set(client, transactions);
  return transactions;
}

type Transact<Native> = <Result>(this: unknown, work: (native: Native) => Promise<Result>, options?: unknown) => Promise<Result>;

/** Prisma's client keeps its adapter to itself; the adapter is what leads to the connections. */
interface ConfiguredClient {
  readonly _engineConfig?: { readonly adapter?: AdapterFactory };
}

interface AdapterFactory {
  readonly adapterName?: string;
  connect(): Promise<{ underlyingDriver?(): Pool }>;
}

function watchPoolOf(factory: AdapterFactory, watch: (pool: Pool) => void): void {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const pool = adapter.underlyingDriver?.();
    if (pool !== undefined) watch(pool);
    return adapter;
  };
}
