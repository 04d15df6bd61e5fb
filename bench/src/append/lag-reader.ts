/** A process of its own that tells when it has what another has published: `node lag-reader.js <ours | raw> <url>`. */
import { createPostgresDriver } from '@banyan/bus-postgres';
import { orderPlaced } from './orders.ts';
import { followRaw } from './raw-bus.ts';

const [, , kind, url = ''] = process.argv;

/** The monotonic clock of the machine: the same for all processes. */
const tell = (): void => void process.send!(String(process.hrtime.bigint()));

process.on('disconnect', () => process.exit());
if (kind === 'raw') {
  await followRaw(url, tell);
  process.send!('ready');
} else {
  const driver = await createPostgresDriver({ url });
  const subscription = await driver.subscribe({ group: 'lag', types: [orderPlaced] });
  process.send!('ready');
  for (;;) {
    const batch = await subscription.pull({ max: 100, waitMs: 60_000 });
    for (const _ of batch?.deliveries ?? []) tell();
    await batch?.settle();
  }
}
