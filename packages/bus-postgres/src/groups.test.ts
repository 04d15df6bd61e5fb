import type { DriverSubscription } from '@banyan/bus';
import { makeOrders, orderPlaced } from '@banyan/bus/numbered-orders';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { expect, it } from 'vitest';
import { createPostgresDriver } from './create-postgres-driver.ts';

const [group, orderPaid] = ['billing', 'order.paid'];

async function readIds(subscription: DriverSubscription, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const batch = await subscription.pull({ max: 100, waitMs: 20_000 });
    ids.push(...batch!.deliveries.map(({ content }) => (content as { id: string }).id));
    await batch!.settle();
  }
  return ids;
}

const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);

/** Partitions by the program that holds them. */
async function sharesOf(database: TestDatabase): Promise<Record<string, number>> {
  const found = await database.query<{ name: string; count: number }>(
    `select application_name as name, count(*) filter (where l.objid < 100000)::int as count from pg_locks l join pg_stat_activity using (pid)
     where l.locktype = 'advisory' and l.objsubid = 2 and l.database = (select oid from pg_database where datname = current_database())
     group by 1`,
  );
  return Object.fromEntries(found.rows.map(({ name, count }) => [name, count]));
}

it('a type that a known group begins to read begins then, while the others go on where they were', async () => {
  await using database = await createTestDatabase();
  const driver = await createPostgresDriver({ url: database.url });
  await (await driver.subscribe({ group, types: [orderPlaced] })).close();
  const [placed, paidBefore, paidAfter] = [makeOrders(0, 5), makeOrders(0, 5, orderPaid), makeOrders(120, 5, orderPaid)];
  await driver.publish(placed);
  await driver.publish(paidBefore);
  const subscription = await driver.subscribe({ group, types: [orderPlaced, orderPaid], from: 'beginning' });
  await driver.publish(paidAfter);
  expect(await readIds(subscription, 10)).toEqual([...idsOf(placed), ...idsOf(paidAfter)]);
  expect(await subscription.pull({ max: 10, waitMs: 50 })).toBeUndefined();
  await driver.close();
});

it('a group that reads rare events gets through a long log without waiting, and remembers that it has', async () => {
  await using database = await createTestDatabase();
  const driver = await createPostgresDriver({ url: database.url, pollMs: 600_000 });
  await (await driver.subscribe({ group, types: [orderPaid] })).close();
  await database.query(
    `insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, aggregate_id, version, partition, dataschema)
     select nextval('banyan.event_positions'), gen_random_uuid(), 'order.viewed', '{}', now(), '/test', n, n, 1, n % 16, 's' from generate_series(1, 50000) n`,
  );
  const subscription = await driver.subscribe({ group, types: [orderPaid] });
  const reading = readIds(subscription, 1);
  const lowest = async () =>
    (await database.query<{ position: number }>('select min(position)::int as position from banyan.bus_cursors')).rows[0]!;
  await expect.poll(async () => (await lowest()).position, { timeout: 60_000 }).toBeGreaterThan(30_000);
  const [paid] = makeOrders(0, 1, orderPaid);
  await driver.publish([paid!]);
  expect(await reading).toEqual([paid!.id]);
  await driver.close();
}, 120_000);

it('members get equal shares, leave the work to those that know more types, and take it back when these are gone', async () => {
  await using database = await createTestDatabase();
  const drivers = await Promise.all(['a', 'b', 'c'].map((name) => createPostgresDriver({ url: database.url, name, pollMs: 20 })));
  const [a, b, c] = drivers.map((driver, place) =>
    driver.subscribe({ group, types: place === 2 ? [orderPlaced, orderPaid] : [orderPlaced] }),
  );
  // Each ends when its driver is closed.
  const working = [a!, b!, c!].map(async (joining) => (await joining).pull({ max: 10, waitMs: 600_000 }));
  await expect.poll(() => sharesOf(database)).toEqual({ 'a billing': 0, 'b billing': 0, 'c billing': 16 });
  await drivers[2]!.close();
  await expect.poll(() => sharesOf(database)).toEqual({ 'a billing': 8, 'b billing': 8 });
  await Promise.all(drivers.map((driver) => driver.close()));
  expect(await Promise.all(working)).toEqual([undefined, undefined, undefined]);
});

it('refuses a group name that cannot be, and a subscription to nothing', async () => {
  await using database = await createTestDatabase();
  const driver = await createPostgresDriver({ url: database.url });
  const code = 'BUS_POSTGRES_SUBSCRIPTION_INVALID';
  await expect(driver.subscribe({ group: 'Billing', types: [orderPlaced] })).rejects.toMatchObject({ code });
  await expect(driver.subscribe({ group, types: [] })).rejects.toMatchObject({ code });
  await driver.close();
});

it('says what is wrong when there is no server', async () => {
  await expect(createPostgresDriver({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({ code: 'BUS_CONNECTION_LOST' });
});
