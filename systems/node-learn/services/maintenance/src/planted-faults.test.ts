import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClockControl, createClockControl, type PlantedFault, plantFault } from '@banyan/proof';
import type { RunningServiceProgram } from '@banyan/proof/server-program';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { removesByItself, runsTwice } from './testing/faults.ts';
import { type Neighbourhood, record, standing, startNeighbourhood } from './testing/neighbours.ts';
import { onClock, startMaintenance } from './testing/programs.ts';
import { toldNights } from './testing/rows.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
let clock: ClockControl;
let neighbours: Neighbourhood;
let replicas: RunningServiceProgram[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maintenance-faults-'));
  clock = createClockControl(join(folder, 'clock'));
  neighbours = await startNeighbourhood();
});

afterEach(async () => {
  for (const { program } of replicas.splice(0)) await program.stop();
  await neighbours?.stop();
  rmSync(folder, { recursive: true });
});

/** Two replicas go through a midnight, as in A36; resolves when every run is finished and what it tells is told. */
async function nightWith(fault: PlantedFault): Promise<void> {
  const { environment, ...planted } = plantFault(fault);
  const options = onClock(join(folder, 'clock'), { ...planted, environment: { ...neighbours.environment, ...environment } });
  const { database } = neighbours.databases;
  for (let count = 0; count < 2; count += 1) replicas.push(await startMaintenance(neighbours.databases, options));
  for (const userId of [1, 2]) expect(await record(neighbours, userId)).toBe(201);
  await clock.jumpToMidnight({ beforeMs: 300 });
  const finished = `select from maintenance_runs where job like 'guest-reset%' and finished_at is not null`;
  await expect.poll(async () => (await database.query(finished)).rowCount, { timeout: 60_000 }).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await expect.poll(async () => (await database.query('select from banyan.outbox')).rowCount, { timeout: 60_000 }).toBe(0);
}

/** What the recount counts: nights that are done, beside nights that are told. */
async function nights(): Promise<{ done: string[]; told: string[] }> {
  const { rows } = await neighbours.databases.database.query<{ night: string }>(
    `select distinct scheduled_for::text as night from maintenance_runs where job like 'guest-reset%' and finished_at is not null`,
  );
  return { done: rows.map(({ night }) => night), told: await toldNights(neighbours.databases) };
}

test(`${removesByItself.name}: the night is done and not told, and the guest keeps everything (A36)`, async () => {
  await nightWith(removesByItself);
  const { done, told } = await nights();
  expect([done.length, told]).toEqual([1, []]);
  expect(await standing(neighbours)).toEqual({ results: [1, 2], badges: [1, 2] });
});

test(`${runsTwice.name}: the night is told twice`, async () => {
  await nightWith(runsTwice);
  const { done, told } = await nights();
  expect(told).toEqual([...done, ...done]);
});
