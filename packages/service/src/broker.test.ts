import { event } from '@banyan/contract';
import { on } from '@banyan/bus';
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { isWithoutRabbitmq, type RabbitmqServer, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { Pool, type PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { brokerState } from './broker-watch.ts';
import { isEventStore, loadDriver, loadMarker } from './load-driver.ts';
import { type Messaging, startMessaging } from './messaging.ts';

const placed = event({
  type: 'order.placed',
  version: 1,
  summary: 'An order was placed',
  key: 'orderId',
  data: z.object({ orderId: z.string(), number: z.int() }),
});

it('says which brokers there are drivers for, and names one that is not installed', async () => {
  await expect(loadDriver({ url: 'mqtt://localhost' })).rejects.toMatchObject({ code: 'SERVICE_BROKER_UNKNOWN' });
  await expect(loadDriver({ url: 'kafka://localhost' })).rejects.toMatchObject({
    code: 'SERVICE_BROKER_UNKNOWN',
    message: 'The driver @banyan/bus-kafka is not installed.',
  });
  expect([isEventStore('postgres://localhost/events'), isEventStore('amqps://localhost')]).toEqual([true, false]);
  expect(await loadMarker('postgres://localhost/events')).toBeUndefined();
});

describe.skipIf(isWithoutRabbitmq())('on RabbitMQ', { timeout: 180_000 }, () => {
  let server: RabbitmqServer;
  let shop: TestDatabase;
  let stock: TestDatabase;
  let ends: (() => Promise<unknown>)[];
  beforeAll(async () => {
    server = await startRabbitmqServer();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    [shop, stock] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    ends = [() => shop.close(), () => stock.close()];
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
  });

  async function prepare(database: TestDatabase) {
    const pool = new Pool({ connectionString: database.url });
    pool.on('error', () => {}); // the database is dropped at the end
    ends.push(() => pool.end());
    await installOutbox(pool);
    return pgTransactions(pool);
  }

  async function start(
    options: Pick<Parameters<typeof startMessaging<PoolClient>>[0], 'group' | 'databaseUrl' | 'transactions' | 'handlers'>,
  ) {
    const messaging: Messaging = await startMessaging({ brokerUrl: server.url, ...options });
    ends.push(() => messaging.stop());
  }

  it('a broker that is killed is waited for and said to be, the outbox loses nothing, and every effect happens once and in order', async () => {
    const [owning, keeping] = [await prepare(shop), await prepare(stock)];
    await stock.query('create table seen (n bigint generated always as identity, order_id text, number integer)');
    const note = on<PoolClient, typeof placed>(placed, async ({ data }, { session }) => {
      await session.query('insert into seen (order_id, number) values ($1, $2)', [data.orderId, data.number]);
    });
    await start({ group: 'stock', databaseUrl: stock.url, transactions: keeping, handlers: [note] });
    await start({ group: 'shop', databaseUrl: shop.url, transactions: owning, handlers: [] });
    const outbox = createOutbox({ transactions: owning, source: '/test/shop', publishes: [placed] });
    const place = (number: number) =>
      owning.run(async () => {
        for (const orderId of ['one', 'two', 'three']) outbox.publish(placed, { orderId, number });
      });
    for (let number = 1; number <= 100; number += 1) {
      if (number === 50) await server.kill();
      await place(number);
    }
    await expect.poll(() => brokerState('shop')).toMatch(/^waited for: The connection to RabbitMQ/);
    await expect.poll(() => brokerState('stock')).toMatch(/^waited for: The connection to RabbitMQ/);
    await server.start();
    const marker = (await loadMarker(server.url))!;
    ends.push(() => marker.close());
    await expect.poll(async () => (await shop.query('select from banyan.outbox')).rowCount).toBe(0);
    await marker.untilSettled('stock');
    expect([brokerState('shop'), brokerState('stock')]).toEqual(['ok', 'ok']);
    const seen = await stock.query<{ order_id: string; numbers: number[] }>(
      'select order_id, array_agg(number order by n) as numbers from seen group by 1 order by 1',
    );
    const all = Array.from({ length: 100 }, (_, place) => place + 1);
    expect(seen.rows).toEqual(['one', 'three', 'two'].map((order_id) => ({ order_id, numbers: all })));
  });

  it('a service that starts before its broker waits for it', async () => {
    const keeping = await prepare(stock);
    await server.kill();
    const starting = start({ group: 'early', databaseUrl: stock.url, transactions: keeping, handlers: [on(placed, async () => {})] });
    await expect.poll(() => brokerState('early')).toMatch(/^waited for: /);
    await server.start();
    await starting;
    expect(brokerState('early')).toBe('ok');
  });
});
