/** A member of the group `billing` whose effect is a row per delivery, in the order of handling: what a checker counts afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusDriver, Delivery } from '@banyan/bus';
import { Pool } from 'pg';
import { orderPlaced } from './orders.ts';

export const handledTable = 'create table handled (n bigint generated always as identity, id uuid, key text, number integer, worker text)';

export interface HandlingOptions {
  readonly worker?: string;
  readonly onReady?: () => void;
  readonly signal?: AbortSignal;
}

/** Until the signal. What fails with a connection is tried again: its batch comes again. */
export async function handleOrders(driver: BusDriver, url: string, options: HandlingOptions = {}): Promise<void> {
  const { worker = String(process.pid), signal } = options;
  const pool = new Pool({ connectionString: url, max: 1 });
  pool.on('error', () => {}); // the statement that is running, or the next, fails
  const subscription = await driver.subscribe({ group: 'billing', types: [orderPlaced] });
  options.onReady?.();
  while (signal?.aborted !== true) {
    try {
      const batch = await subscription.pull({ max: 20, waitMs: 1_000, ...(signal === undefined ? {} : { signal }) });
      if (batch === undefined) continue;
      await note(pool, worker, batch.deliveries).then(
        () => batch.settle(),
        () => batch.release(),
      );
    } catch {
      await sleep(20); // the server is away
    }
  }
  await subscription.close();
  await pool.end();
}

async function note(pool: Pool, worker: string, deliveries: readonly Delivery[]): Promise<void> {
  const events = deliveries.map(({ content }) => content as { id: string; data: { key: string; number: number } });
  await pool.query(
    'insert into handled (id, key, number, worker) select i, k, x, $4 from unnest($1::uuid[], $2::text[], $3::integer[]) as e (i, k, x)',
    [events.map(({ id }) => id), events.map(({ data }) => data.key), events.map(({ data }) => data.number), worker],
  );
}
