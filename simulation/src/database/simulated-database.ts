/** One service's database in memory: sagas as in @banyan/saga, and in the same transactions its rows, outbox, inbox, copies and fences. */
import type { ConsumerStore } from '@banyan/bus';
import type { RelaySession } from '@banyan/outbox/relay';
import type { SqlSession, Transactions } from '@banyan/outbox/transactions';
import { createMemorySagaDatabase, type MemoryTransaction, type SagaStore } from '@banyan/saga';
import { connectionLost, currentProcess, never, type SimulatedProcess } from '../simulated-process.ts';
import type { World } from '../world.ts';
import { createSimulatedConsumerStore } from './consumer-store.ts';
import { createLocks } from './locks.ts';
import { type Lead, openSimulatedRelay } from './relay-session.ts';
import { answer } from './statements.ts';
import { createTables, type Tables } from './tables.ts';

export interface SimulatedDatabase {
  readonly name: string;
  readonly tables: Tables;
  /** What one process has of it; ends with the process. */
  connect(process: SimulatedProcess): Connection;
  /** For so long nobody can begin anything on it. */
  goAway(ms: number): void;
  /** Of the checker, which nothing disturbs. */
  readonly sagas: SagaStore;
}

export interface Connection {
  readonly transactions: Transactions<MemoryTransaction>;
  readonly sagas: SagaStore;
  readonly consumerStore: ConsumerStore<MemoryTransaction>;
  /** Takes a lock for the transaction around the caller. */
  readonly lock: (session: SqlSession, name: string) => Promise<void>;
  readonly openRelay: () => Promise<RelaySession>;
}

export function createSimulatedDatabase(world: World, service: string): SimulatedDatabase {
  const name = `${service} of seed ${world.seed}`;
  const tables = createTables();
  const locks = createLocks();
  const lead: Lead = { holder: undefined, cursor: 0 };
  const memory = createMemorySagaDatabase({ clock: world.clock, travel: async () => currentProcess()?.step() });

  let backAt = 0;
  const refuseWhileAway = () => {
    if (!world.calm && world.clock.now() < backAt) throw connectionLost();
  };
  const goAway = (ms: number) => {
    backAt = world.clock.now() + ms;
    world.tell(`the database of ${service} is away for ${ms} ms`);
  };
  const connect = (process: SimulatedProcess): Connection => {
    const memoryConnection = memory.connect();
    const { store, transactions: inner } = memoryConnection;
    const open = new Set<SqlSession>();
    process.onDeath(() => {
      memoryConnection.cut();
      for (const session of open) locks.release(session);
      open.clear();
    });
    const lock = async (session: SqlSession, lockName: string) => (open.has(session) ? locks.take(session, lockName) : never());
    const begin = async <Result>(work: Parameters<typeof inner.run<Result>>[0]): Promise<Result> => {
      await process.step();
      refuseWhileAway();
      let session: SqlSession | undefined;
      try {
        return await inner.run((transaction) => {
          if (process.isDead) return never(); // it died on the way to this line
          session = transaction.session;
          open.add(session);
          const statement = { world, database: name, tables, transaction: transaction.native, lock: lock.bind(undefined, session) };
          // The memory of sagas knows no SQL and knows a transaction by its session: so the session learns these statements.
          session.query = async (text, values = []) => {
            await process.step();
            const rows = await answer(statement, text, values);
            await process.step();
            return { rows: rows as never[], rowCount: rows.length };
          };
          return work(transaction);
        });
      } finally {
        if (session !== undefined) {
          open.delete(session);
          locks.release(session);
        }
      }
    };
    const transactions: Transactions<MemoryTransaction> = {
      current: () => inner.current(),
      run: (work) => (inner.current() === undefined ? begin(work) : inner.run(work)),
    };
    return {
      transactions,
      sagas: store,
      lock,
      consumerStore: createSimulatedConsumerStore({
        world,
        tables,
        isLocked: (lockName) => locks.isHeld(lockName),
        run: (work) => begin(({ native, session }) => work(native, lock.bind(undefined, session))),
      }),
      openRelay: async () => openSimulatedRelay({ world, database: name, tables, lead, process, refuseWhileAway }),
    };
  };
  return { name, tables, connect, goAway, sagas: memory.connect().store };
}
