/** A process that publishes orders, or handles them until it is killed; with CRASH_POINT set it kills itself there, at the CRASH_COUNT-th time. */
import { subscribe } from 'node:diagnostics_channel';
import { handleOrders, makeOrders } from '@banyan/bus/numbered-orders';
import { createRabbitmqDriver } from '../create-rabbitmq-driver.ts';
import { noteIn } from './handled.ts';

const { BROKER_URL: url = '', PREFIX: prefix = '', HANDLED = '', ORDERS, CRASH_POINT, CRASH_COUNT = '1' } = process.env;
let left = Number(CRASH_COUNT);
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name !== CRASH_POINT) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});

const driver = await createRabbitmqDriver({ url, prefix, pingMs: 50, releasePauseMs: 50 });
if (ORDERS === undefined) {
  await handleOrders(driver, { note: noteIn(HANDLED, String(process.pid)), onReady: () => process.stdout.write('ready\n') });
} else {
  for (let from = 0; from < Number(ORDERS); from += 20) await driver.publish(makeOrders(from, 20));
  await driver.close();
}
