/** A backlog of 100,000 events read and settled by one subscription, beside a bare cursor over as many rows. */
import { createPostgresDriver } from '@banyan/bus-postgres';
import { createEventLog } from '@banyan/event-store';
import { createOrders, orderPlaced } from './orders.ts';
import { drainRaw, openClient } from './raw-bus.ts';

const backlog = 100_000;
const page = 500;

export interface Drained {
  /** Events per second. */
  readonly ours: number[];
  readonly raw: number[];
}

export async function measureDrain(url: string, rounds: number): Promise<Drained> {
  await fill(url);
  const drained: Drained = { ours: [], raw: [] };
  for (let round = 0; round < rounds; round += 1) {
    drained.ours.push(await drainOurs(url, `drain-${round}`));
    drained.raw.push(await drainRaw(url, backlog, page));
  }
  return drained;
}

async function fill(url: string): Promise<void> {
  const log = await createEventLog({ url });
  const next = createOrders('/bench/drain');
  for (let from = 0; from < backlog; from += 1_000) {
    await log.append(Array.from({ length: 1_000 }, (_, place) => next(`k${(from + place) % 5_000}`)));
  }
  await log.close();
  const client = await openClient(url);
  await client.query('create table raw_backlog (id bigint generated always as identity primary key, event json not null)');
  await client.query('insert into raw_backlog (event) select payload from banyan.events order by position');
  await client.query('vacuum analyze');
  await client.end();
}

async function drainOurs(url: string, group: string): Promise<number> {
  const driver = await createPostgresDriver({ url });
  const subscription = await driver.subscribe({ group, types: [orderPlaced], from: 'beginning' });
  const startedMs = performance.now();
  let read = 0;
  while (read < backlog) {
    const batch = await subscription.pull({ max: page, waitMs: 10_000 });
    if (batch === undefined) throw new Error(`After ${read} of ${backlog} events nothing more came.`);
    read += batch.deliveries.length;
    await batch.settle();
  }
  const perSecond = (read * 1_000) / (performance.now() - startedMs);
  await driver.close();
  return perSecond;
}
