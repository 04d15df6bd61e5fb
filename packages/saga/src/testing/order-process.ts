/** A process that runs orders: each line it reads starts one and delivers its payment; at BANYAN_PAUSE_POINT it stops itself once. */
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import { toEnvelope } from '@banyan/contract';
import { pgTransactions } from '@banyan/outbox/pg-transactions';
import { Pool } from 'pg';
import { createSagaEngine } from '../engine.ts';
import { createPostgresSagaStore } from '../postgres-store.ts';
import { createOrderSaga, orderPaid } from './order-saga.ts';

let pausePoint = process.env['BANYAN_PAUSE_POINT'];
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name !== pausePoint) return;
  pausePoint = undefined;
  process.stdout.write('paused\n');
  process.kill(process.pid, 'SIGSTOP');
});
subscribe('banyan.event', (message) => process.stdout.write(`${(message as { event: string }).event}\n`));

const connectionString = process.env['DATABASE_URL'] ?? '';
const pool = new Pool({ connectionString });
const local = new Pool({ connectionString, idle_in_transaction_session_timeout: 1_000 });
for (const one of [pool, local]) one.on('error', () => {}); // the server ends connections of a paused process
const transactions = pgTransactions(local);
const order = createOrderSaga(transactions);
const engine = await createSagaEngine({ store: createPostgresSagaStore({ pool }), transactions, sagas: [order] });

createInterface({ input: process.stdin }).on('line', (line) => {
  void runOrder(JSON.parse(line) as { key: string; mustFail: boolean }).catch((error: Error) =>
    process.stdout.write(`failed ${error.message}\n`),
  );
});
process.stdout.write('ready\n');

async function runOrder({ key, mustFail }: { key: string; mustFail: boolean }): Promise<void> {
  await engine.start(order, key, { mustFail });
  const facts = { id: randomUUID(), source: '/test', time: new Date(), correlationId: 'c', sequence: 1n };
  const paid = toEnvelope(orderPaid, { order: key, amount: 5 }, facts);
  await transactions.run(({ session }) => engine.deliver(session, paid));
  const outcome = await engine.waitForEnd(order, key, { withinMs: 20_000 });
  process.stdout.write(`ended ${key} ${outcome.state}\n`);
}
