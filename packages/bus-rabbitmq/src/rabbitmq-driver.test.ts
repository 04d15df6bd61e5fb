import { randomBytes } from 'node:crypto';
import type { BusDriver } from '@banyan/bus';
import { describeBusDriver } from '@banyan/bus/conformance';
import { isWithoutRabbitmq, type RabbitmqServer, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { afterAll, beforeAll, describe } from 'vitest';
import { createRabbitmqDriver } from './create-rabbitmq-driver.ts';
import { putText, removeAll } from './testing/admin.ts';
import { layWire, type Wire } from './testing/wire.ts';

describe.skipIf(isWithoutRabbitmq())('with a node of its own', () => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await startRabbitmqServer();
  });
  afterAll(() => server?.stop());

  describeBusDriver('RabbitMQ', async () => {
    const place = { url: server.url, prefix: `test-${randomBytes(4).toString('hex')}`, partitions: 8 };
    const wires = new Map<BusDriver, Wire>();
    return {
      createDriver: async () => {
        const wire = await layWire(server.url);
        const driver = await createRabbitmqDriver({ ...place, url: wire.url, pingMs: 50, releasePauseMs: 50 });
        wires.set(driver, wire);
        return driver;
      },
      kill: async (driver) => wires.get(driver)!.cut(),
      put: (message) => putText(place, message),
      close: async () => {
        await Promise.all([...wires.keys()].map((driver) => driver.close()));
        await Promise.all([...wires.values()].map((wire) => wire.close()));
        await removeAll(place, ['billing', 'shipping']);
      },
    };
  });
});
