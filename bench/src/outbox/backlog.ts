/** Messages that wait, as programs leave them behind: of ours as events in the outbox, of graphile-worker as jobs, with the same data. */
import { runWithCause } from '@banyan/contract';
import { createOutbox, pgTransactions } from '@banyan/outbox';
import type { Pool } from 'pg';
import { orderOf, orderPlaced, source } from './orders.ts';

const perTransaction = 1_000;

/** Each event belongs to a request of its own. Nobody is told of the commits when a relay is not there yet. */
export async function fillOutbox(pool: Pool, count: number): Promise<void> {
  const transactions = pgTransactions(pool);
  const outbox = createOutbox({ transactions, source, publishes: [orderPlaced] });
  for (let from = 0; from < count; from += perTransaction) {
    await transactions.run(async () => {
      for (let number = from; number < Math.min(count, from + perTransaction); number += 1) {
        runWithCause({ correlationId: crypto.randomUUID() }, () => outbox.publish(orderPlaced, orderOf(number)));
      }
    });
  }
  await pool.query('vacuum analyze');
}

export async function fillJobs(pool: Pool, count: number): Promise<void> {
  for (let from = 0; from < count; from += perTransaction) {
    const orders = Array.from({ length: Math.min(perTransaction, count - from) }, (_, place) => JSON.stringify(orderOf(from + place)));
    await pool.query(
      `select graphile_worker.add_jobs(array_agg(('order', o::json, null, null, null, null, null, null)::graphile_worker.job_spec)) from unnest($1::text[]) o`,
      [orders],
    );
  }
  await pool.query('vacuum analyze');
}
