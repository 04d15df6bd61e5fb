import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armCrash, type ClockControl, createClockControl } from '@banyan/proof';
import type { RunningServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { onClock, startMaintenance } from './testing/programs.ts';
import { resetRuns, tellOwner, toldNights } from './testing/rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'maintenance-replicas-'));
const crashFile = join(folder, 'point');
const clockFile = join(folder, 'clock');
let databases: { database: TestDatabase; broker: TestDatabase };
let clock: ClockControl;
let replicas: RunningServiceProgram[] = [];

const start = () =>
  startMaintenance(
    databases,
    onClock(clockFile, {
      nodeArguments: ['--import', import.meta.resolve('@banyan/proof/crash-preload')],
      environment: { BANYAN_CRASH_FILE: crashFile },
    }),
  );

beforeAll(async () => {
  const [database, broker] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  databases = { database, broker };
  clock = createClockControl(clockFile);
  for (let count = 0; count < 3; count += 1) replicas.push(await start());
  // The other job passes the same points: it has been done for all nights that are to come.
  await database.query(`insert into maintenance_runs (job, scheduled_for, finished_at, outcome)
    select 'reconciliation', now()::date + days, now(), 'left out' from generate_series(-1, 60) days`);
  // Told now: the midnight that has passed was the monolith's, whatever the time of day is.
  await tellOwner(database, 'quiz', 'quiz', 'now');
}, 120_000);

afterAll(async () => {
  for (const { program } of replicas) await program.stop();
  for (const it of Object.values(databases)) await it.close();
  rmSync(folder, { recursive: true });
}, 120_000);

/** All replicas go through a midnight that none has been through, and come back into the day before it. */
async function midnight(): Promise<void> {
  const last = (await resetRuns(databases.database)).at(-1)?.night;
  await clock.jumpToMidnight({ beforeMs: 500, ...(last === undefined ? {} : { after: new Date(last) }) });
}

const finished = async () =>
  (await resetRuns(databases.database)).filter(({ outcome }) => outcome === 'published').map(({ night }) => night);

/** Each night that is finished has been told, and none twice. */
async function expectToldOnce(nights: number): Promise<void> {
  await expect.poll(finished, { timeout: 60_000 }).toHaveLength(nights);
  await expect.poll(async () => (await databases.database.query('select from banyan.outbox')).rowCount, { timeout: 60_000 }).toBe(0);
  expect(await toldNights(databases)).toEqual(await finished());
}

test('before the first midnight as owner nothing is told', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await resetRuns(databases.database)).toEqual([]);
});

test('three replicas go through midnight, and one of them tells everybody', { timeout: 120_000 }, async () => {
  await midnight();
  await expectToldOnce(1);
  expect(await resetRuns(databases.database)).toMatchObject([{ attempt: 1 }]);
  await clock.reset();
});

/** Behind these the run is finished: nobody takes over. */
const behind = ['maintenance.run.finished', 'outbox.committed', 'relay.published'];
const points = [...new Set([...crashPoints, 'outbox.before-commit', ...behind])].map((point, index) => [point, index + 2] as const);

test.each(points)('killed at %s: that night is told once as well', { timeout: 180_000 }, async (point, nights) => {
  const crash = armCrash(crashFile, point);
  await midnight();
  const death = await crash.died({ timeoutMs: 60_000 });
  expect(death).toMatchObject({ point });
  replicas = replicas.filter(({ program }) => program.pid !== death?.pid);
  await expectToldOnce(nights);
  expect((await resetRuns(databases.database)).at(-1)).toMatchObject({ attempt: behind.includes(point) ? 1 : 2 });
  await clock.reset();
  replicas.push(await start());
});
