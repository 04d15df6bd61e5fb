import { event, runWithCause } from '@banyan/contract';
import { createEventLog } from '@banyan/event-store';
import { on } from '@banyan/bus';
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { createPostgresSagaStore, createSagaEngine, installSagas, saga } from '@banyan/saga';
import { startMessaging } from '@banyan/service';
import { Pool, type PoolClient } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { askSaga, countSagas, listSagas, showSaga } from './sagas.ts';
import { ServiceDatabases } from './service-databases.ts';
import { traceCorrelation } from './trace.ts';

const ordered = event({
  type: 'order.placed',
  version: 1,
  summary: 'Somebody wants something',
  key: 'orderId',
  data: z.object({ orderId: z.string() }),
});
const correlationId = '0190f0c4-0000-7000-8000-00000000beef';

let closers: (() => Promise<unknown>)[] = [];
let shop: TestDatabase;
let stock: TestDatabase;
let broker: TestDatabase;
let databases: ServiceDatabases;

beforeEach(async () => {
  [shop, stock, broker] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  databases = new ServiceDatabases({ shop: shop.url, stock: stock.url });
  closers = [() => shop.close(), () => stock.close(), () => broker.close(), () => databases.close()];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
});

function poolOf({ url }: TestDatabase): Pool {
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => {}); // the database is dropped at the end
  closers.push(() => pool.end());
  return pool;
}

async function startShop(failing = false) {
  const pool = poolOf(shop);
  await installOutbox(pool);
  await installSagas(pool);
  const transactions = pgTransactions(pool);
  const outbox = createOutbox({ transactions, source: '/test/shop', publishes: [ordered] });
  const order = saga('order', { version: 1, input: z.object({ orderId: z.string() }), limitMs: 10_000 })
    .local('place', {
      retry: { attempts: 1 },
      action: async ({ input }) => void outbox.publish(ordered, { orderId: input.orderId }),
      undo: () => Promise.reject(new Error('out of paper')),
    })
    .local('thank', {
      retry: { attempts: 1 },
      action: () => (failing ? Promise.reject(new Error('out of ink')) : Promise.resolve()),
      noUndo: 'nobody minds',
    })
    .end({ result: () => 'thanks' });
  const engine = await createSagaEngine<PoolClient>({ store: createPostgresSagaStore({ pool }), transactions, sagas: [order] });
  closers.push(() => engine.stop());
  const messaging = await startMessaging({ group: 'shop', brokerUrl: broker.url, databaseUrl: shop.url, transactions, handlers: [] });
  closers.push(() => messaging.stop());
  return { engine, order };
}

test('a request is followed from its saga through its event to whoever handled it, by time', { timeout: 90_000 }, async () => {
  const { engine, order } = await startShop();
  const pool = poolOf(stock);
  await installOutbox(pool);
  const messaging = await startMessaging({
    group: 'stock',
    brokerUrl: broker.url,
    databaseUrl: stock.url,
    transactions: pgTransactions(pool),
    handlers: [on(ordered, () => Promise.resolve())],
  });
  closers.push(() => messaging.stop());
  const atMs = Date.now();
  await runWithCause({ correlationId }, () => engine.start(order, 'one', { orderId: '1' }));
  expect(await engine.waitForEnd(order, 'one', { withinMs: 60_000 })).toMatchObject({ state: 'completed' });
  const log = await createEventLog({ url: broker.url });
  closers.push(() => log.close());
  const request = {
    traceId: correlationId,
    method: 'POST',
    path: '/orders',
    route: 'POST /orders',
    upstream: 'shop',
    status: 201,
    atMs,
    ms: 41.6,
  };
  const sources = { databases, log, requests: (id: string) => Promise.resolve(id === correlationId ? [request] : []) };
  const story = async () =>
    (await traceCorrelation(sources, correlationId)).entries.map(({ program, kind, what }) => `${program} ${kind} ${what}`);
  await expect.poll(story).toContain('stock handled order.placed');
  const told = await story();
  expect(told).toEqual(
    expect.arrayContaining([
      'shop saga order begins',
      'shop saga place done',
      'shop published order.placed',
      'shop saga order is completed',
    ]),
  );
  expect(told.indexOf('shop published order.placed')).toBeLessThan(told.indexOf('stock handled order.placed'));
  expect(told[0]).toBe('gateway request POST /orders');
  expect((await traceCorrelation(sources, correlationId)).entries[0]?.detail).toBe('shop answered 201 after 42 ms');
  expect(await traceCorrelation(sources, 'another')).toEqual({ correlationId: 'another', entries: [], open: 0 });
});

test('sagas are counted, listed and shown; one that is stuck is asked once, one that has ended is not', { timeout: 90_000 }, async () => {
  const { engine, order } = await startShop(true);
  await engine.start(order, 'two', { orderId: '2' });
  const stuck = async () => (await listSagas(databases, { states: ['needs-operator'] }))[0];
  await expect.poll(stuck).toMatchObject({ service: 'shop', name: 'order', key: 'two', state: 'needs-operator' });
  const { id } = (await stuck())!;
  expect(await countSagas(databases)).toEqual([
    { service: 'shop', name: 'order', state: 'needs-operator', count: 1, p50Ms: null, p99Ms: null },
  ]);
  expect((await showSaga(databases, id)).records.map(({ kind }) => kind)).toContain('stuck');
  await engine.stop();
  const request = { action: 'skip', by: 'ada', reason: 'done by hand' } as const;
  expect(await askSaga(databases, id, request)).toMatchObject({ id });
  await expect(askSaga(databases, id, request)).rejects.toMatchObject({
    code: 'CONTROLLER_SAGA_REFUSED',
    message: expect.stringContaining('ada has already asked') as string,
  });
  await expect(showSaga(databases, correlationId)).rejects.toMatchObject({ code: 'CONTROLLER_SAGA_UNKNOWN' });
});
