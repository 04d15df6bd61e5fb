import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveTraffic } from './testing/live-traffic.ts';
import { startSmallSystem } from './testing/start-small-system.ts';
import type { SmallSystem } from './testing/start-small-system.ts';
import { usersTable } from './testing/small-system/users-table.ts';

let system: SmallSystem;
let traffic: LiveTraffic;
beforeAll(async () => {
  system = await startSmallSystem();
  traffic = new LiveTraffic(system.gatewayUrl);
  traffic.start(4, 2, 20);
});
afterAll(async () => {
  await traffic.stop();
  await system.stop();
});

const force = { force: true, reason: 'the gates are not what is tested here', actor: 'test' };
const lost = { lost: true, reason: 'its disk is gone', actor: 'ada' };

async function extraction() {
  return (await system.state()).extractions[0];
}

async function moreWrites(count: number): Promise<void> {
  const before = traffic.writes;
  await expect.poll(() => traffic.writes, { timeout: 30_000 }).toBeGreaterThan(before + count);
}

/** The service dies first and what it had committed flows back, so that what is lost with its database is nothing. */
async function loseDatabase(): Promise<void> {
  await system.killService();
  expect((await system.ask('GET', '/v1/reached?extraction=accounts')).status).toBe(200);
  await system.service.lose();
}

describe('a service whose database is lost while it owns its tables', () => {
  it('is not given up while its database answers, nor without a reason', { timeout: 180_000 }, async () => {
    await system.moveDone('advance', { to: 'owner', ...force });
    await moreWrites(50);
    expect((await system.move('back', { lost: true }))?.error?.code).toBe('MIGRATION_REASON_MISSING');
    const refused = await system.move('back', lost);
    expect(refused?.error).toMatchObject({ code: 'MIGRATION_NOT_LOST', fix: 'Run: banyan back accounts' });
    expect(await extraction()).toMatchObject({ stage: 'owner', follows: 'reverse', held: false });
  });

  it('leaves a controller in charge that starts without it, and an ordinary way back says what to do', { timeout: 180_000 }, async () => {
    await loseDatabase();
    await system.controller?.kill();
    await system.startController();
    const refused = await system.move('back');
    expect(refused?.error).toMatchObject({
      code: 'MIGRATION_CUTOVER_CANCELLED',
      fix: expect.stringContaining('banyan back accounts --lost --reason') as string,
    });
    expect(await extraction()).toMatchObject({ stage: 'owner', follows: 'reverse', held: false });
  });

  it('is not given up onto rows that refer to nothing, and is followed again as soon as it can be', { timeout: 180_000 }, async () => {
    const dangling = `begin; set local session_replication_role = replica; insert into notes values (1000000); commit`;
    await system.monolith.query(`create table notes (user_id integer references users); ${dangling}`);
    const cancelled = await system.move('back', lost);
    expect(cancelled?.error).toMatchObject({
      code: 'MIGRATION_CUTOVER_CANCELLED',
      message: expect.stringContaining('public.notes') as string,
    });
    await system.monolith.query('drop table notes');
    const replication = async () => (await extraction())?.replication;
    expect(await extraction()).toMatchObject({ stage: 'owner', follows: 'reverse', held: false });
    await expect
      .poll(replication, { timeout: 20_000 })
      .toMatchObject({ state: 'failed', lastError: expect.stringContaining('does not exist') as string });
  });

  it('may not write into the empty database that comes in its place, which nobody follows', { timeout: 180_000 }, async () => {
    await system.service.recreate();
    await system.service.query(usersTable);
    const write = () =>
      system.service.query("insert into users (name) values ('nobody would know')").then(
        () => 'taken',
        (error: { readonly code?: string }) => error.code,
      );
    await expect.poll(write, { timeout: 20_000 }).toBe('25006');
    await system.startService();
    expect(await write()).toBe('25006');
  });

  it.each(['controller.move-stored', 'reclaim.open-journalled', 'reclaim.opened'])(
    'gives its tables back to the monolith, or is asked again, when the controller is killed at %s',
    { timeout: 180_000 },
    async (point) => {
      const crash = system.arm(point);
      const answer = system.move('back', lost);
      const report = await crash.died({ timeoutMs: 30_000 });
      expect(report, `${JSON.stringify(await answer)}; the controller says: ${system.controller?.output().slice(-3000)}`).toMatchObject({
        point,
      });
      await answer;
      await system.startController();
      const isOpen = point === 'reclaim.opened';
      expect(await extraction()).toMatchObject({ stage: isOpen ? 'planned' : 'owner', follows: isOpen ? 'none' : 'reverse', held: false });
      expect(await system.mailer()).toBe(isOpen ? 'started' : 'stopped');
    },
  );

  it('comes back by the ordinary way with nothing lost, and the audit says what was known', { timeout: 240_000 }, async () => {
    // Until it was given up, the service answered from the empty database that nobody's rows were in.
    traffic.staleReads.length = 0;
    await moreWrites(20);
    await system.moveDone('advance', { to: 'owner', ...force });
    await moreWrites(20);
    await loseDatabase();
    await system.moveDone('back', lost);
    await moreWrites(20);
    const answered = await system.moveDone('advance', { to: 'owner', ...force }).catch((error: Error) => error.message);
    expect(answered).toContain('MIGRATION_TABLE_UNFIT');
    await system.service.recreate();
    await system.startService();
    await system.moveDone('advance', { to: 'owner', ...force });
    await moreWrites(50);
    expect(await extraction()).toMatchObject({ stage: 'owner', follows: 'reverse', held: false });
    await traffic.stop();
    expect(await system.move('verify')).toMatchObject({ done: true, differing: 0 });
    expect(await traffic.faults({ monolith: system.monolith, service: system.service })).toEqual([]);
    const audit = await system.get<{
      entries: { action: string; actor: string; reason: string; detail: unknown }[];
      check: { intact: boolean };
    }>('/v1/audit');
    expect(audit.check.intact).toBe(true);
    const begun = audit.entries.findLast((it) => it.action === 'back.begun' && it.actor === 'ada');
    expect(begun).toMatchObject({
      reason: 'its disk is gone',
      detail: {
        to: { stage: 'planned' },
        evidence: {
          loss: { found: expect.stringContaining('does not answer') as string, appliedLsn: expect.stringContaining('/') as string },
        },
      },
    });
    const done = audit.entries.findLast((it) => it.action === 'back.done' && it.actor === 'ada');
    expect(done).toMatchObject({
      detail: { outcome: { cutover: { direction: 'reclaim', sequences: [{ sequence: 'public.users_id_seq' }] } } },
    });
  });
});
