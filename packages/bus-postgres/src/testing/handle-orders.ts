/** A member of the group `billing` whose effect is a row per delivery, in the order of handling: what a checker counts afterwards. */
import type { BusDriver } from '@banyan/bus';
import { handleOrders, type HandlingOptions, type Order } from '@banyan/bus/numbered-orders';
import { Pool } from 'pg';

export const handledTable = 'create table handled (n bigint generated always as identity, id uuid, key text, number integer, worker text)';

/** Until the signal. */
export async function handleInRows(
  driver: BusDriver,
  url: string,
  { worker = String(process.pid), ...options }: Omit<HandlingOptions, 'note'> & { readonly worker?: string } = {},
): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 });
  pool.on('error', () => {}); // the statement that is running, or the next, fails
  await handleOrders(driver, { ...options, note: (orders) => note(pool, worker, orders) });
  await pool.end();
}

async function note(pool: Pool, worker: string, orders: readonly Order[]): Promise<void> {
  await pool.query(
    'insert into handled (id, key, number, worker) select i, k, x, $4 from unnest($1::uuid[], $2::text[], $3::integer[]) as e (i, k, x)',
    [orders.map(({ id }) => id), orders.map(({ data }) => data.key), orders.map(({ data }) => data.number), worker],
  );
}
