import { fileURLToPath } from 'node:url';
import { pgTransactions, type Transactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { applySchemaChanges, createPool } from '@banyan/service';
import type { Pool } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Job, nightOf } from './job.ts';
import { Runs } from './runs.ts';

const night = nightOf(new Date('2026-05-04T00:00:00.250Z'));

let database: TestDatabase;
let pool: Pool;
let transactions: Transactions<unknown>;

beforeEach(async () => {
  database = await createTestDatabase();
  await applySchemaChanges(database.url, fileURLToPath(new URL('../../schema', import.meta.url)));
  await database.query('create table effects (night date)');
  pool = createPool(database.url, { name: 'maintenance', max: 10 });
  transactions = pgTransactions(pool);
});

afterEach(async () => {
  await pool.end();
  await database.close();
});

/** Leaves one row per night in which it counted. */
function job(changes: Partial<Job> = {}): Job {
  return {
    name: 'test',
    leaseMs: 60_000,
    isDue: () => Promise.resolve(true),
    run: ({ date }) =>
      Promise.resolve(async (session) => {
        await session.query('insert into effects values ($1)', [date]);
        return 'done';
      }),
    ...changes,
  };
}

const runs = async () =>
  (await database.query('select attempt, outcome, finished_at is not null as "isFinished" from maintenance_runs')).rows;
const effects = async () => (await database.query('select from effects')).rowCount;
const attempt = (it: Job) => new Runs(transactions).attempt(it, night);

test('of many at once one runs it, and nobody does it again', async () => {
  await Promise.all(Array.from({ length: 10 }, () => attempt(job())));
  await attempt(job());
  expect(await runs()).toEqual([{ attempt: 1, outcome: 'done', isFinished: true }]);
  expect(await effects()).toBe(1);
});

test('what is not due is not claimed', async () => {
  await attempt(job({ isDue: () => Promise.resolve(false) }));
  expect(await runs()).toEqual([]);
});

test('a claim counts as long as its lease; who is taken over from does nothing when it wakes up', async () => {
  const sleeping = Promise.withResolvers<void>();
  const usual = job();
  const sleeper = attempt(job({ run: (it) => sleeping.promise.then(() => usual.run(it)) }));
  await expect.poll(runs).toHaveLength(1);
  await attempt(job());
  expect(await effects(), 'its lease is not over').toBe(0);
  await database.query(`update maintenance_runs set started_at = started_at - interval '1 minute'`);
  await attempt(job());
  expect(await runs()).toEqual([{ attempt: 2, outcome: 'done', isFinished: true }]);
  sleeping.resolve();
  await sleeper;
  expect(await runs()).toEqual([{ attempt: 2, outcome: 'done', isFinished: true }]);
  expect(await effects()).toBe(1);
});

test('what fails leaves nothing but its claim, and is done by whoever takes over', async () => {
  const failing = job({
    run: () =>
      Promise.resolve(async (session) => {
        await session.query(`insert into effects values ('2026-05-04')`);
        throw new Error('planted');
      }),
  });
  await expect(attempt(failing)).rejects.toThrow('planted');
  expect([await runs(), await effects()]).toEqual([[{ attempt: 1, outcome: null, isFinished: false }], 0]);
  await attempt(job({ leaseMs: 0 }));
  expect([await runs(), await effects()]).toEqual([[{ attempt: 2, outcome: 'done', isFinished: true }], 1]);
});

test('a run that turns out to be somebody else’s is given back', async () => {
  await attempt(job({ run: () => Promise.resolve(() => Promise.resolve(undefined)) }));
  expect(await runs()).toEqual([]);
});

test('an operator has it done again', async () => {
  await attempt(job());
  await database.query(`update maintenance_runs set finished_at = null, started_at = '-infinity'`);
  await attempt(job());
  expect(await runs()).toEqual([{ attempt: 2, outcome: 'done', isFinished: true }]);
  expect(await effects()).toBe(2);
});
