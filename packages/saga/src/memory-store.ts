/** Sagas in memory, for simulation and tests: the same promises as a database, its time handed in, its connections there to be cut. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@banyan/bus/clock';
import type { SqlSession, Transaction, Transactions } from '@banyan/outbox/transactions';
import { SagaError } from './errors.ts';
import { createRows, type Rows } from './memory/rows.ts';
import type { SagaStore } from './store.ts';

export interface MemorySagaDatabase {
  /** What one process has of the database. */
  connect(): MemoryConnection;
}

export interface MemoryConnection {
  readonly store: SagaStore;
  readonly transactions: Transactions<MemoryTransaction>;
  /** The process is dead: what is open is rolled back, and nothing it asks is ever answered. */
  cut(): void;
}

/** What a local step gets as `native`. */
export interface MemoryTransaction {
  /** Carried out when it commits; must not throw. */
  stage(apply: () => void): void;
}

interface OpenTransaction extends MemoryTransaction, Transaction<MemoryTransaction> {
  /** May throw: the transaction is rolled back then. */
  readonly staged: (() => void)[];
}

export interface MemorySagaDatabaseOptions {
  /** The time of the database. */
  readonly clock: Clock;
  /** How long a question or its answer is on its way. Default: one turn of the event loop. */
  readonly travel?: () => Promise<void>;
}

export function createMemorySagaDatabase({ clock, travel = turnOfTheLoop }: MemorySagaDatabaseOptions): MemorySagaDatabase {
  const rows = createRows(clock);
  return { connect: () => connect(rows, travel) };
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function connect(rows: Rows, travel: () => Promise<void>): MemoryConnection {
  const around = new AsyncLocalStorage<OpenTransaction | undefined>();
  const open = new Map<SqlSession, OpenTransaction>();
  let isCut = false;
  /** An answer never comes to the dead. */
  const reply = async <Result>(work: () => Result): Promise<Result> => {
    await travel();
    const result = isCut ? await never() : work();
    await travel();
    return isCut ? never() : result;
  };
  const transactionOf = (session: SqlSession) => {
    const transaction = open.get(session);
    if (transaction === undefined) throw new Error('The transaction is over.');
    return transaction;
  };
  const store: SagaStore = {
    lease: (request) => reply(() => rows.lease(request)),
    write: (token, checkpoints, session) =>
      reply(() => {
        if (token !== undefined && !rows.isAlive(token)) throw fenced(token);
        if (session === undefined) return rows.write(token, checkpoints);
        const staged = transactionOf(session).staged;
        const written = rows.wouldWrite(checkpoints);
        staged.push(() => {
          // Locks would have kept this true until the commit.
          if (token !== undefined && !rows.isAlive(token)) throw fenced(token);
          if (rows.write(token, checkpoints).size < written.size) throw new Error('Somebody else was faster.');
        });
        return written;
      }),
    claim: (token, wanted) =>
      reply(() => {
        if (!rows.isAlive(token)) return { sagas: [], requests: [] };
        return rows.claim(token, wanted);
      }),
    find: (filter) => reply(() => rows.find(filter)),
    keep: (session, events) => reply(() => void transactionOf(session).staged.push(() => rows.keep(events))),
    request: (id, request, states) => reply(() => rows.request(id, request, states)),
  };
  const current = () => {
    const transaction = around.getStore();
    return transaction !== undefined && open.has(transaction.session) ? transaction : undefined;
  };
  const run = async <Result>(work: (transaction: Transaction<MemoryTransaction>) => Promise<Result>): Promise<Result> => {
    const outer = current();
    if (outer !== undefined) return work(outer);
    const session: SqlSession = { query: () => Promise.reject(new Error('There is no SQL in memory: use `native`.')) };
    const [staged, effects, after]: [(() => void)[], (() => void)[], (() => void)[]] = [[], [], []];
    const before: (() => Promise<void>)[] = [];
    const native: MemoryTransaction = { stage: (apply) => void effects.push(apply) };
    const transaction: OpenTransaction = {
      ...native,
      staged,
      session,
      native,
      beforeCommit: (work) => void before.push(work),
      afterCommit: (work) => void after.push(work),
    };
    open.set(session, transaction);
    try {
      const result = await around.run(transaction, () => work(transaction));
      for (const hook of before) await hook();
      await reply(() => rows.atomically(() => [...staged, ...effects].forEach((apply) => apply())));
      for (const hook of after) hook();
      return result;
    } finally {
      open.delete(session);
    }
  };
  return { store, transactions: { run, current }, cut: () => (isCut = true) };
}

function fenced(token: string): SagaError {
  return new SagaError('SAGA_FENCED', `Lease ${token} is lost.`);
}

function never(): Promise<never> {
  return new Promise(() => {});
}
