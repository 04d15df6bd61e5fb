import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BusDriver } from '@banyan/bus';
import { makeOrders, orderPlaced, publishUntilDone } from '@banyan/bus/numbered-orders';
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { createPostgresDriver } from './create-postgres-driver.ts';
import { handledTable, handleInRows } from './testing/handle-orders.ts';

const withinMs = 60_000;
const limits = { timeout: 120_000 };

type Queried = Pick<TestDatabase, 'query'>;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('testing/bus-process.ts', import.meta.url))], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

async function startHandling(url: string, environment: Record<string, string> = {}): Promise<ChildProcess> {
  const child = start({ DATABASE_URL: url, TASK: 'handle', ...environment });
  await once(child.stdout!, 'data');
  return child;
}

async function countHandled(database: Queried): Promise<number> {
  return (await database.query<{ count: number }>('select count(distinct id)::int as count from handled')).rows[0]!.count;
}

/** Nothing lost, and what is new of a key was handled in its order; something handled twice is no fault of a bus that delivers at least once. */
async function expectWhole(database: Queried, orders: number): Promise<void> {
  await expect.poll(() => countHandled(database), { timeout: withinMs, interval: 50 }).toBe(orders);
  const first = 'select key, number, min(n) as n from handled group by key, number';
  const inverted = await database.query(
    `select * from (select *, lag(number) over (partition by key order by n) as before from (${first}) f) o where number < before`,
  );
  expect(inverted.rows).toEqual([]);
}

async function publishAll(driver: BusDriver, orders: number, onBatch: (from: number) => Promise<unknown> = async () => {}): Promise<void> {
  for (let from = 0; from < orders; from += 20) {
    await driver.publish(makeOrders(from, 20));
    await onBatch(from);
  }
}

describe('two processes of one group', limits, () => {
  it('when one is killed, the other has its share at once, and nothing is lost or out of order', async () => {
    await using database = await createTestDatabase();
    await database.query(handledTable);
    const driver = await createPostgresDriver({ url: database.url });
    const [doomed, survivor] = await Promise.all([startHandling(database.url), startHandling(database.url)]);
    const working = async () => (await database.query('select distinct worker from handled')).rows.length;
    let from = 0;
    await expect
      .poll(async () => driver.publish(makeOrders((from += 20) - 20, 20)).then(working), { timeout: withinMs, interval: 1 })
      .toBe(2);
    const killedAtMs = performance.now();
    doomed.kill('SIGKILL');
    await driver.publish(makeOrders(from, 240));
    await expectWhole(database, from + 240);
    console.info(`after a kill the last of its keys was handled in ${Math.round(performance.now() - killedAtMs)} ms`);
    const after = await database.query('select distinct worker from handled where id = any($1)', [
      makeOrders(from, 240).map(({ id }) => id),
    ]);
    expect(after.rows).toContainEqual({ worker: String(survivor.pid) });
    await driver.close();
  });

  it.each(crashPoints.filter((point) => point === 'bus-postgres.pulled' || point === 'bus-postgres.settled').map((point) => [point]))(
    'one that dies at %s loses nothing',
    async (point) => {
      await using database = await createTestDatabase();
      await database.query(handledTable);
      const driver = await createPostgresDriver({ url: database.url });
      const doomed = await startHandling(database.url, { CRASH_POINT: point, CRASH_COUNT: '3' });
      const died = once(doomed, 'exit');
      await publishAll(driver, 400);
      expect(await died).toEqual([null, 'SIGKILL']);
      await startHandling(database.url);
      await expectWhole(database, 400);
      await driver.close();
    },
  );

  // Batches that are published while one is announced are announced together, so that there may be few announcements.
  const ofPublishing: readonly (readonly [(typeof crashPoints)[number], string])[] = [
    ['bus-postgres.appended', '5'],
    ['bus-postgres.notified', '1'],
  ];
  it.each(ofPublishing)('a publisher that dies at %s publishes everything again, and nothing comes twice', async (point, CRASH_COUNT) => {
    await using database = await createTestDatabase();
    await database.query(handledTable);
    await startHandling(database.url);
    const environment = { DATABASE_URL: database.url, TASK: 'publish', ORDERS: '400' };
    expect(await once(start({ ...environment, CRASH_POINT: point, CRASH_COUNT }), 'exit')).toEqual([null, 'SIGKILL']);
    expect(await once(start(environment), 'exit')).toEqual([0, null]);
    await expectWhole(database, 400);
    expect((await database.query('select count(*)::int as count from handled')).rows).toEqual([{ count: 400 }]);
  });
});

it.each([['fast' as const], ['immediate' as const]])(
  'a %s restart of the server in the middle loses nothing and keeps the order',
  limits,
  async (mode) => {
    await using server = await startEmbeddedServer();
    const checker = new Client({ connectionString: server.url });
    checker.on('error', () => {}); // ends with the server
    await checker.connect();
    await checker.query(handledTable);
    await checker.end();
    const driver = await createPostgresDriver({ url: server.url });
    const stopping = new AbortController();
    const working: Promise<void>[] = [];
    for (const worker of ['one', 'two']) {
      const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
      working.push(handleInRows(driver, server.url, { worker, onReady, signal: stopping.signal }));
      await ready;
    }
    for (let from = 0; from < 1_000; from += 20) {
      if (from === 500) await server.restart(mode);
      await publishUntilDone(driver, makeOrders(from, 20));
    }
    const again = new Client({ connectionString: server.url });
    await again.connect();
    await expectWhole(again, 1_000);
    stopping.abort();
    await Promise.all([...working, again.end()]);
    await driver.close();
  },
);

describe('an append that hangs', limits, () => {
  async function hang(url: string): Promise<Client> {
    const client = new Client({ connectionString: url, application_name: 'hanging' });
    await client.connect();
    await client.query('begin');
    const [order] = makeOrders(0, 1);
    await client.query('select banyan.append_event($1, $2, $3, now(), $4, $5, null, $6, 1, 0::smallint, null, $7, null)', [
      order!.id,
      order!.type,
      JSON.stringify(order!.data),
      order!.source,
      order!.correlationid,
      order!.partitionkey,
      order!.dataschema,
    ]);
    return client;
  }

  it('holds later events back from a group until it commits, and nothing is skipped', async () => {
    await using database = await createTestDatabase();
    const driver = await createPostgresDriver({ url: database.url });
    const subscription = await driver.subscribe({ group: 'billing', types: [orderPlaced] });
    const hanging = await hang(database.url);
    await driver.publish(makeOrders(1, 5));
    expect(await subscription.pull({ max: 10, waitMs: 300 })).toBeUndefined();
    await hanging.query('commit');
    const batch = await subscription.pull({ max: 10, waitMs: withinMs });
    expect(batch!.deliveries.map(({ content }) => content)).toEqual(
      makeOrders(0, 6).map((order) => expect.objectContaining({ id: order.id })),
    );
    await batch!.settle();
    await Promise.all([hanging.end(), driver.close()]);
  });

  it('does not keep a known group from joining, and a new one waits for it', async () => {
    await using database = await createTestDatabase();
    const driver = await createPostgresDriver({ url: database.url });
    await (await driver.subscribe({ group: 'billing', types: [orderPlaced] })).close();
    const hanging = await hang(database.url);
    await driver.publish(makeOrders(1, 5));
    await (await driver.subscribe({ group: 'billing', types: [orderPlaced] })).close();
    let hasJoined = false;
    const joining = driver.subscribe({ group: 'shipping', types: [orderPlaced] }).then(() => (hasJoined = true));
    await sleep(100);
    expect(hasJoined).toBe(false);
    await hanging.query('commit');
    await joining;
    await Promise.all([hanging.end(), driver.close()]);
  });
});
