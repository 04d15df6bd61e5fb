import type { EventEnvelope } from '@banyan/contract';
import { createEventLog } from '@banyan/event-store';
import { makeOrders, type Order, orderPlaced } from '@banyan/bus/numbered-orders';
import { isWithoutRabbitmq, type RabbitmqServer, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { loadDriver, loadMarker } from '@banyan/service/load-driver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { archive, archiveGroup, prepareArchive } from './archiving.ts';

describe.skipIf(isWithoutRabbitmq())('archiving from RabbitMQ', { timeout: 180_000 }, () => {
  let server: RabbitmqServer;
  let store: TestDatabase;
  let ends: (() => Promise<unknown>)[];
  const told: string[] = [];
  const tell = (fields: object) => void told.push((fields as { event: string }).event);
  const logger = { info: tell, warn: tell, error: tell } as never;
  beforeAll(async () => {
    server = await startRabbitmqServer();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    told.length = 0;
    store = await createTestDatabase();
    ends = [() => store.close()];
    await prepareArchive({ brokerUrl: server.url, types: [orderPlaced] });
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
  });

  async function begin() {
    const log = await createEventLog({ url: store.url });
    const stopping = new AbortController();
    const archiving = archive({
      brokerUrl: server.url,
      types: [orderPlaced],
      eventLog: async () => log,
      logger,
      signal: stopping.signal,
    });
    const stop = async () => {
      stopping.abort();
      await archiving;
    };
    ends.push(() => log.close(), stop);
    return { log, stop };
  }

  async function untilArchived(): Promise<readonly string[]> {
    const marker = (await loadMarker(server.url))!;
    await marker.untilSettled(archiveGroup);
    await marker.close();
    return (await store.query<{ id: string }>('select id from banyan.events order by position')).rows.map(({ id }) => id);
  }

  it('keeps what was published before a controller was there, each event once, in the order of its key, also when the broker is killed', async () => {
    const driver = await loadDriver({ url: server.url });
    ends.push(() => driver.close());
    await driver.publish(makeOrders(0, 240));
    const { stop } = await begin();
    expect((await untilArchived()).length).toBe(240);
    await stop();
    await driver.publish(makeOrders(240, 240));
    await driver.publish(makeOrders(240, 240)); // as a relay that died in between
    await begin();
    await server.restart('immediate');
    const ids = await untilArchived();
    const orders = makeOrders(0, 480);
    expect(ids.toSorted()).toEqual(orders.map(({ id }) => id).toSorted());
    const ofOneKey = orders.filter(({ partitionkey }) => partitionkey === 'order-7').map(({ id }) => id);
    expect(ids.filter((id) => ofOneKey.includes(id))).toEqual(ofOneKey);
  });

  it('tells of what can never be stored, and passes it over', async () => {
    await begin();
    const driver = await loadDriver({ url: server.url });
    ends.push(() => driver.close());
    const [first, second] = makeOrders(0, 25).filter(({ partitionkey }) => partitionkey === 'order-0') as [Order, Order];
    await driver.publish([second]);
    await untilArchived();
    const notAnEvent = { ...first, id: '00000000-0000-0000-0000-000000000001', time: 'never' } as EventEnvelope;
    const other = makeOrders(1, 1);
    await driver.publish([first, notAnEvent, ...other]);
    expect(await untilArchived()).toEqual([second.id, other[0]!.id]);
    expect(told.filter((it) => it !== 'archive.away' && it !== 'archive.back').toSorted()).toEqual([
      'archive.refused',
      'archive.unreadable',
    ]);
  });
});
