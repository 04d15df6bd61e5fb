/** A row and its event in one transaction, beside the row alone, a row with a job of pg-boss, and a row with a job of graphile-worker. */
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { runMigrations } from 'graphile-worker';
import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { orderOf, orderPlaced, ordersTable, source } from './orders.ts';

export interface Contestant {
  readonly name: string;
  /** Resolves when row and message are durable. */
  readonly commit: (number: number) => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

/** Ours first. */
export async function createContestants(url: string, callers: number): Promise<Contestant[]> {
  const pool = new Pool({ connectionString: url, max: callers });
  await pool.query(ordersTable);
  await installOutbox(pool);
  await runMigrations({ connectionString: url });
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue('orders');
  const contestants = [ours(pool), raw(pool), pgBoss(pool, boss), graphile(pool)];
  return contestants.map((contestant, at) => ({
    ...contestant,
    close: at === 0 ? () => boss.stop({ graceful: false }).then(() => pool.end()) : () => Promise.resolve(),
  }));
}

type Named = Omit<Contestant, 'close'>;

function ours(pool: Pool): Named {
  const transactions = pgTransactions(pool);
  const outbox = createOutbox({ transactions, source, publishes: [orderPlaced] });
  return {
    name: 'ours',
    commit: (number) =>
      transactions.run(async ({ session }) => {
        await session.query('insert into orders (total) values ($1)', [number]);
        outbox.publish(orderPlaced, orderOf(number));
      }),
  };
}

/** What the transaction costs without any message. */
function raw(pool: Pool): Named {
  return {
    name: 'the row alone',
    commit: (number) => inTransaction(pool, (query) => query('insert into orders (total) values ($1)', [number])),
  };
}

function pgBoss(pool: Pool, boss: PgBoss): Named {
  return {
    name: 'row and job of pg-boss',
    commit: (number) =>
      inTransaction(pool, async (query) => {
        await query('insert into orders (total) values ($1)', [number]);
        await boss.send('orders', orderOf(number), {
          db: { executeSql: async (text, values) => ({ rows: (await query(text, values ?? [])).rows }) },
        });
      }),
  };
}

function graphile(pool: Pool): Named {
  return {
    name: 'row and job of graphile-worker',
    commit: (number) =>
      inTransaction(pool, async (query) => {
        await query('insert into orders (total) values ($1)', [number]);
        await query(`select graphile_worker.add_job('order', $1::json)`, [JSON.stringify(orderOf(number))]);
      }),
  };
}

type Query = (text: string, values: readonly unknown[]) => Promise<{ readonly rows: unknown[] }>;

async function inTransaction(pool: Pool, work: (query: Query) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await work((text, values) => client.query(text, [...values]));
    await client.query('commit');
  } finally {
    client.release();
  }
}
