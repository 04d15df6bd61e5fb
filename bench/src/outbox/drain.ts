/**
 * A backlog: ours from the outbox into the log of the broker, beside graphile-worker doing as many jobs that do nothing, in batches; and ours from the
 * outbox to a handler with one insert, beside jobs with the same insert.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { on } from '@banyan/bus';
import { createPostgresDriver } from '@banyan/bus-postgres';
import { createRelay, installOutbox, pgTransactions } from '@banyan/outbox';
import { startMessaging } from '@banyan/service';
import { Logger, run, runMigrations, type TaskList } from 'graphile-worker';
import { Pool, type PoolClient } from 'pg';
import { fillJobs, fillOutbox } from './backlog.ts';
import { orderPlaced } from './orders.ts';
import { measureSpent, type Spent } from './spent.ts';

const relayed = 100_000;
const handled = 20_000;

export interface Drained {
  readonly ours: Spent[];
  readonly graphile: Spent[];
}

export interface Drains {
  /** Of so many messages. */
  readonly count: number;
  readonly drained: Drained;
}

interface Place {
  readonly url: string;
  readonly serverPid: number;
  readonly pool: Pool;
}

/** Ours and graphile-worker in turns. */
export async function measureDrains(
  server: { readonly url: string; readonly pid: number },
  rounds: number,
  say: (line: string) => void,
): Promise<{ readonly relayed: Drains; readonly handled: Drains }> {
  const pool = new Pool({ connectionString: server.url, max: 20, pipeline: true });
  const place = { url: server.url, serverPid: server.pid, pool };
  await installOutbox(pool);
  await runMigrations({ connectionString: server.url });
  await pool.query(effectsTable);
  try {
    return {
      relayed: {
        count: relayed,
        drained: await inTurns(
          rounds,
          () => relayBacklog(place),
          () => doEmptyJobs(place),
          say,
        ),
      },
      handled: {
        count: handled,
        drained: await inTurns(
          rounds,
          () => handleBacklog(place),
          () => doJobs(place),
          say,
        ),
      },
    };
  } finally {
    await pool.end();
  }
}

async function inTurns(
  rounds: number,
  ours: () => Promise<Spent>,
  peer: () => Promise<Spent>,
  say: (line: string) => void,
): Promise<Drained> {
  const drained: Drained = { ours: [], graphile: [] };
  for (let round = 1; round <= rounds; round += 1) {
    drained.ours.push(await ours());
    drained.graphile.push(await peer());
    const told = [drained.ours, drained.graphile].map((all) => `${(all.at(-1)!.ms / 1_000).toFixed(1)} s`);
    say(`backlog, round ${round} of ${rounds}: ours ${told[0]}, graphile-worker ${told[1]}`);
  }
  return drained;
}

async function relayBacklog({ url, serverPid, pool }: Place): Promise<Spent> {
  await fillOutbox(pool, relayed);
  const driver = await createPostgresDriver({ url });
  const relay = createRelay({ database: { url }, driver });
  const spent = await measureSpent(pool, serverPid, async () => {
    relay.start();
    await answered(pool, 'select not exists (select from banyan.outbox) as done');
  });
  await relay.stop();
  await driver.close();
  return spent;
}

async function doEmptyJobs(place: Place): Promise<Spent> {
  await fillJobs(place.pool, relayed);
  return runJobs(place, { order: () => {} });
}

const effectsTable =
  'create table effects (id bigint generated always as identity primary key, order_id text not null, total integer not null)';
const effect = 'insert into effects (order_id, total) values ($1, $2)';

/** Relay and consumer in one program; the inbox drops what comes twice. */
async function handleBacklog({ url, serverPid, pool }: Place): Promise<Spent> {
  await pool.query('truncate effects');
  await fillOutbox(pool, handled);
  let begun = 0;
  const handler = on<PoolClient, typeof orderPlaced>(orderPlaced, async ({ data }, { session }) => {
    begun += 1;
    await session.query({ name: 'effect', text: effect, values: [data.orderId, data.total] });
  });
  let messaging: Awaited<ReturnType<typeof startMessaging>> | undefined;
  const spent = await measureSpent(pool, serverPid, async () => {
    messaging = await startMessaging({
      group: 'stock',
      brokerUrl: url,
      databaseUrl: url,
      transactions: pgTransactions(pool),
      handlers: [handler],
    });
    while (begun < handled) await pause(20); // counting the rows all the time would be a part of what is measured
    await answered(pool, `select count(*) = ${handled} as done from effects`);
  });
  await messaging?.stop();
  return spent;
}

/** A job that fails after its insert repeats it. */
async function doJobs(place: Place): Promise<Spent> {
  await place.pool.query('truncate effects');
  await fillJobs(place.pool, handled);
  return runJobs(place, {
    order: async (payload, helpers) => {
      const { orderId, total } = payload as { orderId: string; total: number };
      await helpers.query(effect, [orderId, total]);
    },
  });
}

async function runJobs({ url, serverPid, pool }: Place, taskList: TaskList): Promise<Spent> {
  const pgPool = new Pool({ connectionString: url, max: 20 });
  pgPool.on('error', () => {}); // graphile-worker wants somebody to listen; what uses the connection hears of it
  let runner: Awaited<ReturnType<typeof run>> | undefined;
  const spent = await measureSpent(pool, serverPid, async () => {
    runner = await run({
      pgPool,
      noHandleSignals: true,
      logger: new Logger(() => () => {}),
      taskList,
      preset: { worker: { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
    await answered(pool, 'select not exists (select from graphile_worker._private_jobs) as done');
  });
  await runner?.stop();
  await pgPool.end();
  return spent;
}

async function answered(pool: Pool, question: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ done: boolean }>(question);
    if (rows[0]?.done === true) return;
    await pause(20);
  }
}
