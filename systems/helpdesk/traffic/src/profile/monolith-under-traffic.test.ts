import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  captureBaseline,
  createMailStandIn,
  createTrafficDriver,
  openLedger,
  readLedger,
  recount,
  type TrafficDriver,
} from '@banyan/proof';
import { createTestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mixes } from './mix.ts';
import { type MonolithUnderTest, startMonolithUnderTest } from './monolith-under-test.ts';
import { createHelpdeskProfile } from './profile.ts';

const sqlFolder = fileURLToPath(new URL('../../recount/', import.meta.url));
/** Waits count requests, not seconds; a machine that does other things takes longer. */
const busyMachineMs = 240_000;

let folder: string;
let system: MonolithUnderTest;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'traffic-'));
  system = await startMonolithUnderTest();
});
afterEach(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function drive(run: string): TrafficDriver {
  const mail = createMailStandIn(system.mailUrl);
  const ledger = openLedger(join(folder, 'ledger.jsonl'), { run });
  const mix = { ...mixes.proof, actions: { ...mixes.proof.actions, join: 2, forget: 1, farewell: 1, role: 1 } };
  const profile = createHelpdeskProfile({ mail, mix, seed: 3, run, agents: 4 });
  return createTrafficDriver({ baseUrl: system.url, profile, ledger, rate: 80, seed: 3 });
}

async function untilTold(driver: TrafficDriver, group: string, count: number): Promise<void> {
  while ((driver.stats().groups[group]?.told ?? 0) < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function count() {
  await using scratch = await createTestDatabase();
  return await recount({
    folder,
    sqlFolder,
    ledgerPath: join(folder, 'ledger.jsonl'),
    databases: { monolith: system.database.url },
    scratchUrl: scratch.url,
  });
}

async function toldLines() {
  return (await readLedger(join(folder, 'ledger.jsonl'))).filter((line) => line.kind === 'told');
}

test(
  'the monolith under traffic answers as it should, and the count agrees with the ledger',
  async () => {
    await captureBaseline({ folder, sqlFolder, databases: { monolith: system.database.url } });
    const driver = drive('one');
    await driver.start();
    await untilTold(driver, 'tickets', 400);
    await driver.stop();
    expect((await toldLines()).filter((line) => !line.ok)).toEqual([]);
    const report = await count();
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
    for (const check of ['accounts', 'tickets', 'comments', 'history', 'mails'])
      expect([check, (report.checks.find((one) => one.check === check)?.counted ?? 0) > 5]).toEqual([check, true]);
  },
  busyMachineMs,
);

test(
  'a monolith that is killed twice leaves unknown outcomes, and the count still holds',
  async () => {
    await captureBaseline({ folder, sqlFolder, databases: { monolith: system.database.url } });
    const driver = drive('killed');
    await driver.start();
    for (const told of [100, 200]) {
      await untilTold(driver, 'tickets', told);
      await system.monolith.kill();
      await system.monolith.start();
    }
    await untilTold(driver, 'tickets', 300);
    await driver.stop();
    expect((await toldLines()).filter((line) => line.error === 'ECONNREFUSED').length).toBeGreaterThan(0);
    const report = await count();
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
  },
  busyMachineMs,
);
