import { pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { createPool } from '@banyan/service';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nightOf } from '../runs/job.ts';
import { readMaintenanceSettings } from '../settings.ts';
import { maintenanceEnvironment } from '../testing/programs.ts';
import { tellOwner } from '../testing/rows.ts';
import { GuestReset } from './guest-reset.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'maintenance', max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

/** Whether the night that has begun at 2026-05-04 asks for a reset at this time of it. */
function isDue(time: string): Promise<boolean> {
  const settings = readMaintenanceSettings({ ...maintenanceEnvironment({ database, broker: { url: 'postgres://nowhere/events' } }) });
  const job = new GuestReset(settings, { publish: () => 'never' });
  return pgTransactions(pool).run(({ session }) => job.isDue(session, nightOf(new Date(`2026-05-04T${time}Z`))));
}

test('before anybody was told who owns the results, they are the monolith’s', async () => {
  await database.query('drop schema if exists banyan cascade');
  expect(await isDue('00:00:00.000')).toBe(false);
});

test('while the monolith owns the results its own job resets the guest', async () => {
  await tellOwner(database, 'quiz', 'monolith');
  await tellOwner(database, 'achievement', 'monolith');
  expect(await isDue('00:00:00.000')).toBe(false);
});

test('from the night on at which quiz owns them, also when somebody comes later: up to noon', async () => {
  await tellOwner(database, 'quiz', 'quiz', '2026-05-03T23:59:59Z');
  expect(await isDue('00:00:00.000')).toBe(true);
  expect(await isDue('12:00:00.000')).toBe(true);
  expect(await isDue('12:00:00.001')).toBe(false);
});

test('a cutover at midnight has kept the monolith’s job from running; one after it has not, and what the guest has done since stays', async () => {
  await tellOwner(database, 'quiz', 'quiz', '2026-05-04T00:00:09Z');
  expect(await isDue('00:00:09.500')).toBe(true);
  await tellOwner(database, 'quiz', 'quiz', '2026-05-04T00:00:11Z');
  expect(await isDue('00:00:11.500')).toBe(false);
  expect(await isDue('08:00:00.000')).toBe(false);
});

test('gone back to the monolith, it is the monolith’s again', async () => {
  await tellOwner(database, 'quiz', 'monolith', '2026-05-03T22:00:00Z');
  expect(await isDue('00:00:00.000')).toBe(false);
});
