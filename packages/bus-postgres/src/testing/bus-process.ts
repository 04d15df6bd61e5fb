/** A process that publishes orders, or handles them until it is killed; with CRASH_POINT set it kills itself there, at the CRASH_COUNT-th time. */
import { subscribe } from 'node:diagnostics_channel';
import { makeOrders } from '@banyan/bus/numbered-orders';
import { createPostgresDriver } from '../create-postgres-driver.ts';
import { handleInRows } from './handle-orders.ts';

let left = Number(process.env['CRASH_COUNT'] ?? '1');
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name !== process.env['CRASH_POINT']) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});

const url = process.env['DATABASE_URL'] ?? '';
const driver = await createPostgresDriver({ url });
if (process.env['TASK'] === 'publish') {
  for (let from = 0; from < Number(process.env['ORDERS']); from += 20) await driver.publish(makeOrders(from, 20));
  await driver.close();
} else {
  await handleInRows(driver, url, { onReady: () => process.stdout.write('ready\n') });
}
