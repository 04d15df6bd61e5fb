/** A database with sagas installed, a ledger of effects, and engines on it, for one test. */
import { pgTransactions } from '@banyan/outbox/pg-transactions';
import type { Transactions } from '@banyan/outbox/transactions';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { Pool, type PoolClient } from 'pg';
import type { Saga } from '../definition.ts';
import { createSagaEngine, type SagaEngine, type SagaEngineOptions } from '../engine.ts';
import { createPostgresSagaStore } from '../postgres-store.ts';
import { createPostgresWakeUps } from '../postgres-wake-ups.ts';
import { installSagas } from '../schema.ts';

export interface PostgresWorld {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly transactions: Transactions<PoolClient>;
  engine(sagas: readonly Saga[], options?: Partial<SagaEngineOptions<PoolClient>>): Promise<SagaEngine>;
  /** Effects in the order in which they were committed. */
  effects(saga?: string): Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** An effect can be there once only: a second one breaks the key. */
const ledger = `create table effects (number bigint generated always as identity, saga text not null, effect text not null, primary key (saga, effect))`;

export async function createPostgresWorld(): Promise<PostgresWorld> {
  const database = await createTestDatabase();
  await database.query(ledger);
  const pool = new Pool({ connectionString: database.url, max: 12 });
  pool.on('error', () => {}); // connections are cut by tests
  pool.on('connect', (client) => client.on('error', () => {}));
  await installSagas({ query: async (text, values) => (await pool.query(text, values as unknown[])) as never });
  const transactions = pgTransactions(pool);
  const engines: SagaEngine[] = [];
  return {
    database,
    pool,
    transactions,
    engine: async (sagas, options = {}) => {
      const store = createPostgresSagaStore({ pool });
      const engine = await createSagaEngine({ store, transactions, wakeUps: createPostgresWakeUps({ pool }), sagas, ...options });
      engines.push(engine);
      return engine;
    },
    effects: async (saga) => {
      const { rows } = await database.query<{ effect: string }>(
        'select effect from effects where $1::text is null or saga = $1 order by number',
        [saga ?? null],
      );
      return rows.map(({ effect }) => effect);
    },
    close: async () => {
      await Promise.all(engines.map((engine) => engine.stop({ withinMs: 2_000 })));
      await pool.end();
      await database.close();
    },
  };
}
