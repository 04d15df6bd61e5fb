import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { crashPoints as ofSagas } from '@banyan/saga/crash-points';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { crashPoints, neverPassed } from '../crash-points.ts';
import { ada, createDeletionWorld, type DeletionWorld } from '../testing/deletion-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
const soon = { timeout: 60_000 };

let world: DeletionWorld;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'user-deletion-'));
  world = await createDeletionWorld();
});
afterEach(async () => {
  await world?.close();
  rmSync(folder, { recursive: true });
});

/** Deletes, in a program that dies at the point, and has another one end what is left. */
async function killAt(point: string): Promise<void> {
  const file = join(folder, 'point');
  const environment = { CLEANUP_WITHIN_MS: '120000' };
  await world.start({ nodeArguments: ['--import', preload], environment: { ...environment, BANYAN_CRASH_FILE: file } });
  const crash = armCrash(file, point);
  // At the last points the answer may be on its way already.
  await world.delete('ada').catch(() => undefined);
  expect(await crash.died()).toMatchObject({ point, pid: world.running.program.pid });
  await world.start({ environment });
  const open = `select state from banyan.sagas where state not in ('completed', 'compensated')`;
  await expect.poll(async () => (await world.database.query(open)).rows, soon).toEqual([]);
  await expect.poll(async () => (await world.database.query('select from banyan.outbox')).rowCount, soon).toBe(0);
}

const logIn = async () => (await world.client.post('/auth/login', ada)).status;
const points = [...crashPoints.filter((point) => point.startsWith('user.deletion.')), ...ofSagas, 'outbox.committed'].filter(
  (point) => !neverPassed.includes(point),
);
const ofUndoing = ['user.deletion.cancelled', 'saga.before-undo', 'saga.undone'];

describe('killed while somebody is deleted', () => {
  test.each(points.filter((point) => !ofUndoing.includes(point)))('at %s: they are gone, and it is told once', async (point) => {
    await killAt(point);
    expect((await world.database.query('select id from users')).rows).toEqual([{ id: 'admin' }]);
    expect((await world.database.query('select from deletions')).rowCount).toBe(0);
    await expect.poll(() => world.told(), soon).toEqual(['deletion_requested', 'deleted']);
    expect(await logIn()).toBe(401);
  });
});

describe('killed while a deletion is taken back', () => {
  test.each(ofUndoing)('at %s: they are there, and it is told once', async (point) => {
    world.participants.answerWith('failed');
    await killAt(point);
    expect(await logIn()).toBe(201);
    expect((await world.database.query('select from deletions')).rowCount).toBe(0);
    await expect.poll(() => world.told(), soon).toEqual(['deletion_requested', 'deletion_cancelled']);
  });
});
