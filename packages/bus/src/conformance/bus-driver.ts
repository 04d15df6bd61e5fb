/** The suite of bus drivers: what the seam promises, tried on a broker; `capabilities` decide what is expected where brokers differ. */
import { setImmediate as turn, setTimeout as work } from 'node:timers/promises';
import { afterEach, describe, expect, test, type TestContext } from 'vitest';
import type { Batch, BusDriver, Delivery, DriverSubscription, SubscriptionOptions } from '../driver.ts';
import { createEventSeries, keysOf, type TestEvent } from './events.ts';
import { findMisdeliveredTypes } from './types.ts';

/** A broker, or a name space in one, that nobody else uses. */
export interface BrokerUnderTest {
  /** A connection of its own, as another process would have. */
  createDriver(): Promise<BusDriver>;
  /** Ends a driver's connections without a word, as kill -9 does. Absent where that cannot be done. */
  readonly kill?: (driver: BusDriver) => Promise<void>;
  /** Puts in what a foreign program might. Absent where that cannot be done. */
  readonly put?: (message: { readonly type: string; readonly partitionKey: string; readonly text: string }) => Promise<void>;
  close(): Promise<void>;
}

const withinMs = 30_000;
const limits = { timeout: 90_000 };

/** The group of most tests, and the type of most events. */
const group = 'billing';
const type = 'order.placed';

/** Declares the suite; `makeBroker` is called once per test. */
export function describeBusDriver(name: string, makeBroker: () => Promise<BrokerUnderTest>): void {
  describe(`bus driver: ${name}`, limits, () => {
    const opened: BrokerUnderTest[] = [];
    const open = async () => {
      const broker = await makeBroker();
      opened.push(broker);
      return { broker, driver: await broker.createDriver() };
    };
    afterEach(async () => {
      for (const broker of opened.splice(0)) await broker.close();
    });
    describeDelivery(open);
    describeOrder(open);
    describeSettling(open);
    describeGroups(open);
    describeClosing(open);
  });
}

type Open = () => Promise<{ readonly broker: BrokerUnderTest; readonly driver: BusDriver }>;

function describeDelivery(open: Open): void {
  test('delivers what was published, as it was, with its key', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const event = createEventSeries()('order-ä€😀', { text: 'quotes " \\ and lines\n' });
    await driver.publish([event]);
    const [delivery] = await read(subscription, 1);
    expect(delivery).toMatchObject({ content: event, partitionKey: 'order-ä€😀', position: expect.any(String) });
  });

  test('delivers only the types asked for, also those with two and three dots', async () => {
    const { driver } = await open();
    expect(await findMisdeliveredTypes(driver, group)).toEqual([]);
  });

  test('carries an event of 1 MB', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const event = createEventSeries()('order-1', { text: 'x'.repeat(1_000_000) });
    await driver.publish([event]);
    expect((await read(subscription, 1))[0]!.content).toEqual(event);
  });

  test('carries many at once, and gives at most as many as asked', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = keysOf('order', 300).map((key) => next(key));
    await driver.publish(events);
    const sizes: number[] = [];
    const deliveries = await read(subscription, events.length, { max: 7, onBatch: (batch) => sizes.push(batch.deliveries.length) });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
    expect(idsOf(deliveries).sort()).toEqual(events.map(({ id }) => id).sort());
  });

  test('publishing nothing is no error, and brings nothing', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    await driver.publish([]);
    expect(await subscription.pull({ max: 10, waitMs: 20 })).toBeUndefined();
  });

  test('a batch published again is dropped or comes again, in the same order', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = [1, 2, 3].map(() => next('order-1'));
    await driver.publish(events);
    await driver.publish(events);
    const last = next('order-1');
    await driver.publish([last]);
    const ids = events.map(({ id }) => id);
    const expected = driver.capabilities.dropsRepeatedPublish ? ids : [...ids, ...ids];
    expect(idsOf(await read(subscription, expected.length + 1))).toEqual([...expected, last.id]);
  });

  test('what is no JSON comes as its text', async (context) => {
    const { broker, driver } = await open();
    const put = needed(context, broker.put, 'a foreign program cannot publish to this broker');
    const subscription = await driver.subscribe({ group, types: [type] });
    await put({ type, partitionKey: 'order-1', text: '{"half":' });
    expect((await read(subscription, 1))[0]).toMatchObject({ content: '{"half":' });
  });
}

function describeOrder(open: Open): void {
  test('keeps the order in which one key was published, within a batch and over many', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = Array.from({ length: 600 }, () => next('order-1'));
    for (let start = 0; start < events.length; start += 120) await driver.publish(events.slice(start, start + 120));
    expect(numbersByKey(await read(subscription, events.length, { max: 50 }))).toEqual(numbersByKey(events));
  });

  test('competing subscriptions share the work, keep the order of every key, and never have one key at once', async () => {
    const { broker, driver } = await open();
    const next = createEventSeries();
    const keys = keysOf('order', 40);
    const crew = await createCrew([driver, await broker.createDriver()], { group, types: [type] });
    let published = 0;
    for (let round = 0; round < 5 || !crew.hasEachWorked(); round += 1) {
      const events = keys.flatMap((key) => [1, 2, 3].map(() => next(key)));
      await driver.publish(events);
      published += events.length;
      await crew.until(published);
    }
    await crew.stop();
    expect(crew.overlaps).toEqual([]);
    expect(numbersByKey(crew.deliveries)).toEqual(Object.fromEntries(keys.map((key) => [key, countTo(published / keys.length)])));
  });

  test('whoever joins is given no key of a batch that is not settled yet', async () => {
    const { broker, driver } = await open();
    const first = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const keys = keysOf('order', 48);
    await driver.publish(keys.map((key) => next(key)));
    const held = await nextBatch(first, 24);
    await driver.publish(keys.map((key) => next(key)));
    const second = await (await broker.createDriver()).subscribe({ group, types: [type] });
    const given: Delivery[] = [];
    for (let pulls = 0; pulls < 10; pulls += 1) {
      const batch = await second.pull({ max: 10, waitMs: 50 });
      given.push(...(batch?.deliveries ?? []));
      await batch?.settle();
    }
    const heldKeys = new Set(held.deliveries.map(({ partitionKey }) => partitionKey));
    expect(given.map(({ partitionKey }) => partitionKey).filter((key) => heldKeys.has(key))).toEqual([]);
    await held.settle();
    const all = [...held.deliveries, ...given];
    for (const endAt = performance.now() + withinMs; all.length < keys.length * 2 && performance.now() < endAt;) {
      for (const subscription of [first, second]) {
        const batch = await subscription.pull({ max: 100, waitMs: 50 });
        all.push(...(batch?.deliveries ?? []));
        await batch?.settle();
      }
    }
    expect(numbersByKey(all)).toEqual(Object.fromEntries(keys.map((key) => [key, [1, 2]])));
  });

  test('a subscription that comes and one that goes disturb neither order nor completeness', async () => {
    const { broker, driver } = await open();
    const next = createEventSeries();
    const keys = keysOf('order', 24);
    const other = await broker.createDriver();
    const crew = await createCrew([driver], { group, types: [type] });
    const publishRound = () => driver.publish(keys.flatMap((key) => [1, 2].map(() => next(key))));
    await publishRound();
    await crew.add(other);
    await publishRound();
    await crew.leave(0);
    await publishRound();
    await crew.until(keys.length * 6);
    await crew.stop();
    expect(crew.overlaps).toEqual([]);
    expect(numbersByKey(crew.deliveries)).toEqual(Object.fromEntries(keys.map((key) => [key, countTo(6)])));
  });
}

function describeSettling(open: Open): void {
  test('refuses a second batch before the first is settled', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    await driver.publish([next('order-1'), next('order-2')]);
    const batch = await nextBatch(subscription, 1);
    await expect(subscription.pull({ max: 1, waitMs: 10 })).rejects.toMatchObject({ code: 'BUS_BATCH_UNSETTLED' });
    await batch.settle();
    await (await nextBatch(subscription, 1)).settle();
  });

  test('a released batch comes again, before what follows it, and can then be settled', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = [1, 2, 3, 4, 5].map(() => next('order-1'));
    await driver.publish(events);
    const batch = await nextBatch(subscription, 3);
    await batch.release();
    expect(idsOf(await read(subscription, 5))).toEqual(events.map(({ id }) => id));
    expect(await subscription.pull({ max: 10, waitMs: 50 })).toBeUndefined();
  });

  test('an unsettled batch comes again after its subscription is closed, a settled one does not', async () => {
    const { driver, broker } = await open();
    const first = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = [1, 2, 3].map(() => next('order-1'));
    await driver.publish(events);
    await (await nextBatch(first, 1)).settle();
    const unsettled = await nextBatch(first, 1);
    await first.close();
    await expect(unsettled.settle()).rejects.toBeInstanceOf(Error);
    const second = await (await broker.createDriver()).subscribe({ group, types: [type] });
    expect(idsOf(await read(second, 2))).toEqual(events.slice(1).map(({ id }) => id));
    expect(await second.pull({ max: 10, waitMs: 50 })).toBeUndefined();
  });

  test('an unsettled batch comes again to another when its process is killed', async (context) => {
    const { driver, broker } = await open();
    const kill = needed(context, broker.kill, 'the connections of this broker cannot be ended from outside');
    const doomed = await broker.createDriver();
    const first = await doomed.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = [1, 2, 3].map(() => next('order-1'));
    await driver.publish(events);
    await (await nextBatch(first, 1)).settle();
    const unsettled = await nextBatch(first, 1);
    await kill(doomed);
    await expect(unsettled.settle()).rejects.toBeInstanceOf(Error);
    const second = await driver.subscribe({ group, types: [type] });
    expect(idsOf(await read(second, 2))).toEqual(events.slice(1).map(({ id }) => id));
  });

  test('a subscription whose connection was lost goes on with its next pull', async (context) => {
    const { driver, broker } = await open();
    const kill = needed(context, broker.kill, 'the connections of this broker cannot be ended from outside');
    const unlucky = await broker.createDriver();
    const subscription = await unlucky.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const events = [1, 2, 3].map(() => next('order-1'));
    await driver.publish(events.slice(0, 1));
    await (await nextBatch(subscription, 1)).settle();
    await kill(unlucky);
    await driver.publish(events.slice(1));
    expect(idsOf(await read(subscription, 2, { forgiving: true }))).toEqual(events.slice(1).map(({ id }) => id));
  });
}

function describeGroups(open: Open): void {
  test('every group gets everything, at its own pace', async () => {
    const { driver, broker } = await open();
    const other = await broker.createDriver();
    const groups = await Promise.all([driver.subscribe({ group, types: [type] }), other.subscribe({ group: 'shipping', types: [type] })]);
    const next = createEventSeries();
    const events = [1, 2, 3, 4].map(() => next('order-1'));
    await driver.publish(events);
    const held = await nextBatch(groups[0], 2);
    expect(idsOf(await read(groups[1], 4))).toEqual(events.map(({ id }) => id));
    await held.settle();
    const rest = events.slice(held.deliveries.length);
    expect(idsOf(await read(groups[0], rest.length))).toEqual(rest.map(({ id }) => id));
  });

  test('a new group begins now', async () => {
    const { driver } = await open();
    const next = createEventSeries();
    await driver.publish([next('order-1')]);
    const subscription = await driver.subscribe({ group, types: [type] });
    const later = next('order-1');
    await driver.publish([later]);
    expect(idsOf(await read(subscription, 1))).toEqual([later.id]);
  });

  test('a new group begins at the beginning when it asks to', async (context) => {
    const { driver } = await open();
    if (!driver.capabilities.readsFromBeginning) context.skip('capabilities: this broker keeps nothing for a group that comes later');
    const next = createEventSeries();
    const events = [1, 2, 3].map(() => next('order-1'));
    await driver.publish(events);
    const subscription = await driver.subscribe({ group, types: [type], from: 'beginning' });
    expect(idsOf(await read(subscription, 3))).toEqual(events.map(({ id }) => id));
  });

  test('a known group goes on where it was, also with what came while nobody was there', async () => {
    const { driver, broker } = await open();
    const first = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    await driver.publish([next('order-1')]);
    await read(first, 1);
    await first.close();
    const missed = next('order-1');
    await driver.publish([missed]);
    const second = await (await broker.createDriver()).subscribe({ group, types: [type], from: 'beginning' });
    expect(idsOf(await read(second, 1))).toEqual([missed.id]);
  });

  test('what was published outlives the driver that published it', async (context) => {
    const { broker, driver } = await open();
    if (!driver.capabilities.survivesRestart) context.skip('capabilities: this broker ends with its process');
    await (await driver.subscribe({ group, types: [type] })).close();
    const publisher = await broker.createDriver();
    const event = createEventSeries()('order-1');
    await publisher.publish([event]);
    await publisher.close();
    await driver.close();
    const subscription = await (await broker.createDriver()).subscribe({ group, types: [type] });
    expect(idsOf(await read(subscription, 1))).toEqual([event.id]);
  });
}

function describeClosing(open: Open): void {
  test('a pull ends with nothing after its time, and when its signal is aborted', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    expect(await subscription.pull({ max: 10, waitMs: 20 })).toBeUndefined();
    const abort = new AbortController();
    const waiting = subscription.pull({ max: 10, waitMs: 600_000, signal: abort.signal });
    await turn();
    abort.abort();
    expect(await waiting).toBeUndefined();
    expect(await subscription.pull({ max: 10, waitMs: 600_000, signal: abort.signal })).toBeUndefined();
  });

  test('an aborted pull takes nothing with it', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const next = createEventSeries();
    const ids: string[] = [];
    const seen: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const abort = new AbortController();
      const waiting = subscription.pull({ max: 10, waitMs: 600_000, signal: abort.signal });
      const event = next('order-1');
      ids.push(event.id);
      await Promise.all([driver.publish([event]), turn().then(() => abort.abort())]);
      const batch = await waiting;
      seen.push(...idsOf(batch?.deliveries ?? []));
      await batch?.settle();
    }
    expect([...seen, ...idsOf(await read(subscription, ids.length - seen.length))]).toEqual(ids);
  });

  test('closing a subscription ends its pull with nothing; it pulls nothing afterwards', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const waiting = subscription.pull({ max: 10, waitMs: 600_000 });
    await turn();
    await subscription.close();
    expect(await waiting).toBeUndefined();
    expect(await subscription.pull({ max: 10, waitMs: 600_000 })).toBeUndefined();
    await subscription.close();
  });

  test('closing a driver closes its subscriptions, also a second time; it then refuses work', async () => {
    const { driver } = await open();
    const subscription = await driver.subscribe({ group, types: [type] });
    const waiting = subscription.pull({ max: 10, waitMs: 600_000 });
    await turn();
    await Promise.all([driver.close(), driver.close()]);
    await driver.close();
    expect(await waiting).toBeUndefined();
    await expect(driver.publish([createEventSeries()('order-1')])).rejects.toBeInstanceOf(Error);
    await expect(driver.subscribe({ group, types: [type] })).rejects.toBeInstanceOf(Error);
  });
}

/** What the broker under test can do besides its seam; the test is skipped, with the reason, when it cannot. */
function needed<Ability>(context: TestContext, ability: Ability | undefined, reason: string): Ability {
  return ability ?? context.skip(reason);
}

/** Reads and settles until so many deliveries have come; fails when they do not come in time. */
async function read(
  subscription: DriverSubscription,
  count: number,
  { max = 100, forgiving = false, onBatch = () => {} }: { max?: number; forgiving?: boolean; onBatch?: (batch: Batch) => void } = {},
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const endAt = performance.now() + withinMs; deliveries.length < count && performance.now() < endAt;) {
    const batch = await subscription.pull({ max, waitMs: 200 }).catch((error: unknown) => {
      if (!forgiving) throw error;
      return undefined;
    });
    if (batch === undefined) continue;
    onBatch(batch);
    deliveries.push(...batch.deliveries);
    await batch.settle();
  }
  expect(deliveries.length, `${count} deliveries within ${withinMs} ms`).toBe(count);
  return deliveries;
}

/** The next batch, unsettled. */
async function nextBatch(subscription: DriverSubscription, max: number): Promise<Batch> {
  const batch = await subscription.pull({ max, waitMs: withinMs });
  expect(batch, `a batch within ${withinMs} ms`).toBeDefined();
  return batch!;
}

interface Crew {
  readonly deliveries: readonly Delivery[];
  /** Keys that were with two members at once. */
  readonly overlaps: readonly string[];
  hasEachWorked(): boolean;
  add(driver: BusDriver): Promise<void>;
  leave(member: number): Promise<void>;
  /** Fails when so many deliveries do not come in time. */
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** How long a member of a crew has a batch in hand: time for another to be given the same key. */
const handlingMs = 2;

/** Several subscriptions of one group at work at the same time, each settling what it gets. */
async function createCrew(drivers: readonly BusDriver[], options: SubscriptionOptions): Promise<Crew> {
  const deliveries: Delivery[] = [];
  const overlaps: string[] = [];
  const busy = new Set<string>();
  const members: { readonly subscription: DriverSubscription; work: Promise<void>; got: number; isLeaving: boolean }[] = [];
  const pullAll = async (member: (typeof members)[number]) => {
    while (!member.isLeaving) {
      const batch = await member.subscription.pull({ max: 20, waitMs: 100 });
      if (batch === undefined) {
        await turn(); // one that was closed answers at once
        continue;
      }
      const keys = [...new Set(batch.deliveries.map(({ partitionKey }) => partitionKey))];
      overlaps.push(...keys.filter((key) => busy.has(key)));
      for (const key of keys) busy.add(key);
      await work(handlingMs);
      member.got += batch.deliveries.length;
      for (const key of keys) busy.delete(key);
      deliveries.push(...batch.deliveries);
      await batch.settle();
    }
  };
  const add = async (driver: BusDriver) => {
    const member = { subscription: await driver.subscribe(options), work: Promise.resolve(), got: 0, isLeaving: false };
    members.push(member);
    member.work = pullAll(member);
  };
  const leave = async (number: number) => {
    members[number]!.isLeaving = true;
    await members[number]!.work;
    await members[number]!.subscription.close();
  };
  for (const driver of drivers) await add(driver);
  return {
    deliveries,
    overlaps,
    hasEachWorked: () => members.every(({ got }) => got > 0),
    add,
    leave,
    until: async (count) => {
      await expect.poll(() => deliveries.length, { timeout: withinMs, interval: 5 }).toBe(count);
    },
    stop: async () => {
      for (const [number, { isLeaving }] of members.entries()) if (!isLeaving) await leave(number);
    },
  };
}

function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ content }) => (content as TestEvent).id);
}

function numbersByKey(items: readonly (Delivery | TestEvent)[]): Record<string, number[]> {
  const numbers: Record<string, number[]> = {};
  for (const item of items) {
    const { data } = 'content' in item ? (item.content as TestEvent) : item;
    (numbers[data.key] ??= []).push(data.number);
  }
  return numbers;
}

function countTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
