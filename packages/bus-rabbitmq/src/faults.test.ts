import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handleOrders, makeOrders, type Order, orderOf, orderPlaced, publishUntilDone } from '@banyan/bus/numbered-orders';
import { partitionOf } from '@banyan/contract';
import { isWithoutRabbitmq, type RabbitmqServer, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRabbitmqDriver, type RabbitmqDriverOptions } from './create-rabbitmq-driver.ts';
import { findDisorder, type Handled, noteIn, readHandled } from './testing/handled.ts';
import { createMarker } from './marker.ts';
import { removeAll, withChannel } from './testing/admin.ts';
import { layWire } from './testing/wire.ts';

const limits = { timeout: 180_000 };

describe.skipIf(isWithoutRabbitmq())('RabbitMQ, with faults', limits, () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-rabbitmq-faults-'));
  const started: ChildProcess[] = [];
  let server: RabbitmqServer;
  let prefix: string;
  let handled: string;
  beforeAll(async () => {
    server = await startRabbitmqServer();
  });
  beforeEach(() => {
    prefix = `test-${randomBytes(4).toString('hex')}`;
    handled = join(folder, prefix);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((child) => end(child)));
    await removeAll({ url: server.url, prefix, partitions: 16 }, ['billing']);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const createDriver = (options: Partial<RabbitmqDriverOptions> = {}) =>
    createRabbitmqDriver({ url: server.url, prefix, pingMs: 50, releasePauseMs: 50, ...options });

  function start(environment: Record<string, string>): ChildProcess {
    const program = fileURLToPath(new URL('testing/bus-process.ts', import.meta.url));
    const given = { ...process.env, BROKER_URL: server.url, PREFIX: prefix, HANDLED: handled, ...environment };
    const child = spawn(process.execPath, [program], { env: given, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    return child;
  }

  async function startHandling(environment: Record<string, string> = {}): Promise<ChildProcess> {
    const child = start(environment);
    await once(child.stdout!, 'data');
    return child;
  }

  /** Nothing lost, and what is new of a key was handled in its order. */
  async function expectWhole(orders: number): Promise<readonly Handled[]> {
    await expect.poll(() => new Set(readHandled(handled).map(({ id }) => id)).size, { interval: 50 }).toBe(orders);
    expect(findDisorder(readHandled(handled))).toEqual([]);
    return readHandled(handled);
  }

  describe('two processes of one group', () => {
    it('when one is killed, the other has its share soon, and nothing is lost or out of order', async () => {
      const driver = await createDriver();
      const [doomed, survivor] = await Promise.all([startHandling(), startHandling()]);
      let from = 0;
      const working = async () => {
        await driver.publish(makeOrders((from += 20) - 20, 20));
        return new Set(readHandled(handled).map(({ worker }) => worker)).size;
      };
      await expect.poll(working, { interval: 1 }).toBe(2);
      const killedAtMs = performance.now();
      doomed.kill('SIGKILL');
      await driver.publish(makeOrders(from, 240));
      const all = await expectWhole(from + 240);
      console.info(`after a kill the last of its keys was handled in ${Math.round(performance.now() - killedAtMs)} ms`);
      expect(all.at(-1)!.worker).toBe(String(survivor.pid));
      await driver.close();
    });

    it.each(['bus-rabbitmq.pulled', 'bus-rabbitmq.settled'])('one that dies at %s loses nothing', async (point) => {
      const driver = await createDriver();
      const doomed = await startHandling({ CRASH_POINT: point, CRASH_COUNT: '3' });
      const died = once(doomed, 'exit');
      for (let from = 0; from < 400; from += 20) await driver.publish(makeOrders(from, 20));
      expect(await died).toEqual([null, 'SIGKILL']);
      await startHandling();
      await expectWhole(400);
      await driver.close();
    });

    it.each(['bus-rabbitmq.sent', 'bus-rabbitmq.confirmed'])('a publisher that dies at %s publishes everything again', async (point) => {
      await startHandling();
      expect(await once(start({ ORDERS: '400', CRASH_POINT: point, CRASH_COUNT: '5' }), 'exit')).toEqual([null, 'SIGKILL']);
      expect(await once(start({ ORDERS: '400' }), 'exit')).toEqual([0, null]);
      await expectWhole(400);
    });
  });

  it.each(['immediate', 'fast'] as const)('a %s restart of the broker in the middle loses nothing and keeps the order', async (mode) => {
    const driver = await createDriver();
    const stopping = new AbortController();
    const working: Promise<void>[] = [];
    for (const worker of ['one', 'two']) {
      const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
      working.push(handleOrders(await createDriver(), { note: noteIn(handled, worker), onReady, signal: stopping.signal }));
      await ready;
    }
    let restarted: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < 2_000; from += 20) {
      if (from === 1_000) restarted = server.restart(mode);
      await publishUntilDone(driver, makeOrders(from, 20));
    }
    await restarted;
    await expectWhole(2_000);
    stopping.abort();
    await Promise.all(working);
    await driver.close();
  });

  it('a broker that confirms nothing is connected to again', async () => {
    const wire = await layWire(server.url);
    const driver = await createDriver({ url: wire.url, confirmWithinMs: 300 });
    await driver.publish(makeOrders(0, 20));
    wire.silence();
    await expect(driver.publish(makeOrders(20, 20))).rejects.toMatchObject({
      code: 'BUS_CONNECTION_LOST',
      message: expect.stringContaining('confirmed nothing for 0.3 s') as string,
    });
    wire.hear();
    await driver.publish(makeOrders(20, 20));
    await driver.close();
    await wire.close();
  });

  it('while a broker is not there a pull says so, and does not find nothing', async () => {
    const wire = await layWire(server.url);
    const driver = await createDriver({ url: wire.url });
    const subscription = await driver.subscribe({ group: 'billing', types: [orderPlaced] });
    wire.silence();
    wire.cut();
    const lost = { code: 'BUS_CONNECTION_LOST' };
    await expect(subscription.pull({ max: 10, waitMs: 20_000 })).rejects.toMatchObject(lost);
    const late = { ...lost, message: expect.stringContaining('has not answered yet') as string };
    await expect(subscription.pull({ max: 10, waitMs: 50 })).rejects.toMatchObject(late);
    wire.hear();
    await expect(subscription.pull({ max: 10, waitMs: 20_000 })).rejects.toMatchObject(lost);
    expect(await subscription.pull({ max: 10, waitMs: 1_000 })).toBeUndefined();
    await driver.close();
    await wire.close();
  });

  // The client tells of what is unconfirmed at the end of a channel as of what was refused.
  it('whoever waits for a confirm hears that the connection ended, and not of a refusal', async () => {
    const wire = await layWire(server.url);
    const driver = await createDriver({ url: wire.url });
    await driver.publish(makeOrders(0, 24));
    wire.silence();
    let sent = 0;
    const hear = (message: unknown) => void (sent += Number((message as { name: string }).name === 'bus-rabbitmq.sent'));
    subscribe('banyan.crash-point', hear);
    const outcomes = [driver.publish(makeOrders(24, 24)), driver.publish(makeOrders(48, 24))];
    await expect.poll(() => sent).toBe(2);
    unsubscribe('banyan.crash-point', hear);
    wire.hear();
    const lost = { status: 'rejected', reason: { code: 'BUS_CONNECTION_LOST' } };
    expect(await Promise.allSettled(outcomes)).toMatchObject([lost, lost]);
    await driver.publish(makeOrders(24, 48));
    await driver.close();
    await wire.close();
  });

  // Whoever goes on sending behind a refusal has the second in the queue and the first not.
  it('what a queue refuses is not overtaken by the next of its key; on a channel that just goes on it is', async () => {
    const driver = await createDriver();
    const join = () => driver.subscribe({ group: 'billing', types: [orderPlaced] });
    await join().then((subscription) => subscription.close());
    const orders = makeOrders(0, 24 * 3).filter(({ data: { key } }) => key === 'order-0');
    const [first, second] = orders as [Order, Order];
    const queue = `${prefix}.billing.${partitionOf('order-0', 16)}`;
    const routingKey = `${orderPlaced}/${partitionOf('order-0', 16)}`;
    const outcomes = await withChannel(server.url, async (channel) => {
      const put = (order: Order) =>
        new Promise<string>((resolve) => {
          const hear = (error: Error | null) => resolve(error === null ? 'taken' : 'refused');
          channel.publish(`${prefix}.events`, routingKey, Buffer.from(JSON.stringify(order)), {}, hear);
        });
      await takeDown(queue);
      const ofFirst = await put(first);
      await bringBack(queue);
      return [ofFirst, await put(second)];
    });
    expect(outcomes).toEqual(['refused', 'taken']);

    await takeDown(queue);
    await expect(driver.publish(orders)).rejects.toMatchObject({ code: 'BUS_RABBITMQ_PUBLISH_REFUSED' });
    await bringBack(queue);
    await driver.publish(orders);
    const subscription = await join();
    const given: number[] = [];
    while (given.length < 1 + orders.length) {
      const batch = await subscription.pull({ max: 20, waitMs: 20_000 });
      given.push(...batch!.deliveries.map((delivery) => orderOf(delivery).data.number));
      await batch!.settle();
    }
    expect(given).toEqual([2, 1, 2, 3]);
    await driver.close();
  });

  it('a mark that the broker lost on its way to a queue without a leader is put in again', async () => {
    const driver = await createDriver();
    const subscription = await driver.subscribe({ group: 'billing', types: [orderPlaced] });
    const pulling = subscription.pull({ max: 1, waitMs: 120_000 });
    const marker = createMarker({ url: server.url, prefix, confirmWithinMs: 300 });
    await marker.untilSettled('billing');
    await takeDown(`${prefix}.billing.3`);
    const asking = marker.untilSettled('billing');
    await bringBack(`${prefix}.billing.3`);
    await asking;
    await Promise.all([marker.close(), driver.close()]);
    expect(await pulling).toBeUndefined();
  });

  /** The queue has no leader until it is brought back. */
  const takeDown = (queue: string) => server.control('eval', `ra:stop_server(quorum_queues, {'%2F_${queue}', node()}).`);
  const bringBack = (queue: string) => server.control('eval', `ra:restart_server(quorum_queues, {'%2F_${queue}', node()}).`);

  it('a member that the network cuts off stays a reader of nothing: the other goes on, and what it had comes again', async () => {
    const wire = await layWire(server.url);
    const driver = await createDriver();
    const cutOff = await createDriver({ url: wire.url, heartbeatS: 1 });
    const lonely = await cutOff.subscribe({ group: 'billing', types: [orderPlaced] });
    await driver.publish(makeOrders(0, 240));
    const held = await lonely.pull({ max: 20, waitMs: 20_000 });
    wire.silence();
    const stopping = new AbortController();
    const working = handleOrders(driver, { note: noteIn(handled, 'other'), signal: stopping.signal });
    await expectWhole(240);
    await expect
      .poll(() =>
        held!.settle().then(
          () => 'settled',
          (error: { code: string }) => error.code,
        ),
      )
      .toMatch(/^BUS_/);
    wire.hear();
    stopping.abort();
    await working;
    await Promise.all([driver.close(), cutOff.close()]);
    await wire.close();
  });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
