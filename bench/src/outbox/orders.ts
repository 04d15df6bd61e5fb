/** The event that is published, about 250 bytes of data, and where its rows go. */
import { event, type EventData } from '@banyan/contract';
import { z } from 'zod';

export const orderPlaced = event({
  type: 'order.placed',
  version: 1,
  summary: 'Somebody wants something',
  key: 'orderId',
  data: z.object({ orderId: z.string(), total: z.int(), note: z.string() }),
});

export const source = '/bench/shop';

export function orderOf(number: number): EventData<typeof orderPlaced> {
  return { orderId: `k${number % 5_000}`, total: number, note: 'x'.repeat(200) };
}

export const ordersTable = 'create table if not exists orders (id bigint generated always as identity primary key, total integer not null)';
