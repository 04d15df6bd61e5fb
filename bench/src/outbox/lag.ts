/** From the commit of a row with its event to the handler in the consumer group: outbox, relay, broker, inbox; beside a job of graphile-worker. */
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { on } from '@banyan/bus';
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { startMessaging } from '@banyan/service';
import { Logger, run } from 'graphile-worker';
import { Pool } from 'pg';
import { orderOf, orderPlaced, ordersTable, source } from './orders.ts';

const pauseMs = 10;
const warmUp = 50;

export interface Lag {
  /** Milliseconds, one per message. */
  readonly ours: number[];
  readonly graphile: number[];
}

export async function measureLag(shopUrl: string, stockUrl: string, brokerUrl: string, count: number): Promise<Lag> {
  return { ours: await lagOfOurs(shopUrl, stockUrl, brokerUrl, count), graphile: await lagOfGraphile(shopUrl, count) };
}

/** Publisher and consumer have a database each, and the broker another, as two services have. */
async function lagOfOurs(shopUrl: string, stockUrl: string, brokerUrl: string, count: number): Promise<number[]> {
  const [shop, stock] = [
    new Pool({ connectionString: shopUrl, max: 4, pipeline: true }),
    new Pool({ connectionString: stockUrl, max: 20, pipeline: true }),
  ];
  for (const pool of [shop, stock]) await installOutbox(pool);
  await shop.query(ordersTable);
  const heard = new EventEmitter();
  const transactions = pgTransactions(shop);
  const outbox = createOutbox({ transactions, source, publishes: [orderPlaced] });
  const handler = on(orderPlaced, async () => void heard.emit('handled'));
  const parts = [
    await startMessaging({ group: 'shop', brokerUrl, databaseUrl: shopUrl, transactions, handlers: [] }),
    await startMessaging({ group: 'stock', brokerUrl, databaseUrl: stockUrl, transactions: pgTransactions(stock), handlers: [handler] }),
  ];
  const send = (number: number) =>
    transactions.run(async ({ session }) => {
      await session.query('insert into orders (total) values ($1)', [number]);
      outbox.publish(orderPlaced, orderOf(number));
    });
  try {
    return await measure(count, send, heard);
  } finally {
    for (const part of parts) await part.stop();
    await Promise.all([shop.end(), stock.end()]);
  }
}

async function lagOfGraphile(url: string, count: number): Promise<number[]> {
  const pool = new Pool({ connectionString: url, max: 4 });
  const heard = new EventEmitter();
  const runner = await run({
    connectionString: url,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    concurrency: 4,
    taskList: { order: () => void heard.emit('handled') },
  });
  const send = async (number: number) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('insert into orders (total) values ($1)', [number]);
      await client.query(`select graphile_worker.add_job('order', $1::json)`, [JSON.stringify(orderOf(number))]);
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  try {
    return await measure(count, send, heard);
  } finally {
    await runner.stop();
    await pool.end();
  }
}

/** One at a time with a pause between; from the commit, which the sender has heard, to the handler. */
async function measure(count: number, send: (number: number) => Promise<unknown>, heard: EventEmitter): Promise<number[]> {
  const durations: number[] = [];
  for (let number = 0; number < warmUp + count; number += 1) {
    const handled = once(heard, 'handled').then(() => performance.now());
    await send(number);
    const committedMs = performance.now();
    const handledMs = await handled;
    if (number >= warmUp) durations.push(Math.max(0, handledMs - committedMs));
    await pause(pauseMs);
  }
  return durations;
}
