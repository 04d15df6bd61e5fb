import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAudit, verifyAudit, verifyEntries } from './audit.ts';
import { openControlDatabase } from './control-database.ts';
import type { ControlDatabase } from './control-database.ts';
import { takeControlLock } from './control-lock.ts';
import { ControlStore } from './control-store.ts';

let server: TestDatabase;
let database: ControlDatabase;
let store: ControlStore;
beforeEach(async () => {
  server = await createTestDatabase();
  database = await openControlDatabase({ url: server.url, system: 'small' });
  await database.takeCharge('test');
  store = new ControlStore(database);
  await store.ensureExtractions(['auth', 'quiz']);
});
afterEach(async () => {
  await database.close();
  await server.close();
});

const step = {
  from: { stage: 'planned', sharePercent: 0 },
  to: { stage: 'replicating', sharePercent: 0 },
  kind: 'advance',
  work: 'replicate',
} as const;
const newMove = { extraction: 'auth', step, actor: 'ada', reason: 'try it', forced: true, evidence: { gates: [] } };

describe('ControlStore', () => {
  it('keeps the state and raises the route version with each change', async () => {
    const version = await store.saveState('auth', { stage: 'canary', sharePercent: 50, follows: 'forward' });
    const { states, routeVersion } = await store.snapshot();
    expect(states[0]).toMatchObject({ name: 'auth', stage: 'canary', sharePercent: 50, follows: 'forward', held: false });
    expect(routeVersion).toBe(version);
    expect(await store.raiseRouteVersion(70)).toBe(71);
  });

  it('makes one move at a time', async () => {
    const move = await store.beginMove(newMove);
    await expect(store.beginMove({ ...newMove, extraction: 'quiz' })).rejects.toMatchObject({ code: 'MIGRATION_MOVE_RUNNING' });
    await store.setMoveStep(move.id, 'copying');
    expect(await store.runningMove()).toMatchObject({ extraction: 'auth', step: 'copying', status: 'running' });
    await store.finishMove(move, 'done', { rows: 3 });
    expect(await store.runningMove()).toBeUndefined();
    await store.beginMove({ ...newMove, extraction: 'quiz' });
  });

  it('keeps a bounded number of evidence', async () => {
    for (let index = 0; index < 503; index += 1) await store.addEvidence('auth', 'verification', { index });
    const kept = await store.evidence({ extraction: 'auth', limit: 1000 });
    expect(kept).toHaveLength(500);
    expect(kept[0]?.body).toEqual({ index: 502 });
  });

  it('refuses a controller that was superseded, and a second system', async () => {
    const other = await openControlDatabase({ url: server.url, system: 'small' });
    await other.takeCharge('other');
    await expect(store.saveState('auth', { held: true })).rejects.toMatchObject({ code: 'MIGRATION_SUPERSEDED' });
    await other.close();
    const foreign = await openControlDatabase({ url: server.url, system: 'large' });
    await expect(foreign.takeCharge('x')).rejects.toMatchObject({ code: 'MIGRATION_CONTROL_DATABASE_FOREIGN' });
    await foreign.close();
  });

  it('goes on when its connections are cut', async () => {
    await server.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'banyan-controller'");
    await expect(store.saveState('auth', { stage: 'shadow' })).resolves.toBeGreaterThan(0);
  });

  it('says that a database cannot be reached', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/nothing';
    await expect(openControlDatabase({ url, system: 's', retryForMs: 100 })).rejects.toMatchObject({ code: 'MIGRATION_CONTROL_DATABASE' });
  });
});

describe('the audit', () => {
  async function fill(): Promise<void> {
    const move = await store.beginMove(newMove);
    await store.finishMove(move, 'done', { rows: 3 });
    await store.addAudit({ actor: 'eve', action: 'verify', extraction: 'auth', detail: { é: 'ü' } });
  }

  it('records who, when, why and with what evidence, in one chain', async () => {
    await fill();
    const entries = await readAudit(database);
    expect(entries.map((it) => [it.seq, it.actor, it.action, it.reason])).toEqual([
      [1, 'ada', 'advance.begun', 'try it'],
      [2, 'ada', 'advance.done', 'try it'],
      [3, 'eve', 'verify', ''],
    ]);
    expect(entries[0]?.detail).toMatchObject({ forced: true, evidence: { gates: [] } });
    expect(await verifyAudit(database)).toMatchObject({ rows: 3, headHash: entries[2]?.hash });
  });

  it('refuses changes through SQL', async () => {
    await fill();
    for (const text of ["update banyan.audit set actor = 'bob'", 'delete from banyan.audit', 'truncate banyan.audit']) {
      await expect(server.query(text)).rejects.toThrow('only grows');
    }
  });

  it.each([
    ['a changed row', "update banyan.audit set reason = 'no reason' where seq = 2", 2],
    ['a removed row', 'delete from banyan.audit where seq = 2', 3],
    ['a rewritten row with a fresh hash', "update banyan.audit set actor = 'bob', hash = md5('x') where seq = 1", 1],
    [
      'an inserted row',
      "insert into banyan.audit select 4, gen_random_uuid(), at, actor, action, extraction, reason, detail, hash, md5('y') from banyan.audit where seq = 3",
      4,
    ],
  ])('finds %s behind the trigger', async (_what, text, seq) => {
    await fill();
    await server.query(`begin; set local session_replication_role = 'replica'; ${text}; commit`);
    await expect(verifyAudit(database)).rejects.toMatchObject({
      code: 'MIGRATION_AUDIT_BROKEN',
      message: expect.stringContaining(`row ${seq}`) as string,
    });
  });

  it('says what was expected of the broken row, and shows a detail that is no JSON any more', async () => {
    await fill();
    await server.query(
      "begin; set local session_replication_role = 'replica'; update banyan.audit set detail = 'gone' where seq = 2; commit",
    );
    const { hash } = (await readAudit(database))[1]!;
    await expect(verifyAudit(database)).rejects.toMatchObject({
      evidence: { seq: 2, action: 'advance.done', actor: 'ada', found: hash, expected: expect.stringMatching(/^[\da-f]{64}$/) as string },
    });
    expect((await readAudit(database))[1]?.detail).toBe('gone');
  });

  it('is verified without the database, from entries that were read and written as JSON', async () => {
    await fill();
    const entries = JSON.parse(JSON.stringify(await readAudit(database))) as Awaited<ReturnType<typeof readAudit>>;
    expect(verifyEntries(entries)).toEqual(await verifyAudit(database));
    expect(verifyEntries(entries.slice(1))).toMatchObject({ rows: 3 });
    const [first, second, third] = entries;
    expect(() => verifyEntries([first!, { ...second!, actor: 'bob' }, third!])).toThrow('row 2 (advance.done of "auth"): its fields have');
    expect(() => verifyEntries([first!, third!])).toThrow('row 2 was expected here');
  });

  it('stays one chain under concurrent appends', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => store.addAudit({ actor: `a${index}`, action: 'x', extraction: 'auth', detail: index })),
    );
    expect(await verifyAudit(database)).toMatchObject({ rows: 12 });
  });
});

describe('takeControlLock', () => {
  const url = () => server.url;
  const never = () => expect.unreachable('superseded');

  it('lets a second controller wait until the first is gone, which is then superseded', async () => {
    const waiting: string[] = [];
    const first = await takeControlLock(
      { url: url(), database, holder: 'one', tryEveryMs: 20, onSuperseded: never },
      AbortSignal.timeout(20_000),
    );
    const otherDatabase = await openControlDatabase({ url: url(), system: 'small' });
    const second = takeControlLock(
      {
        url: url(),
        database: otherDatabase,
        holder: 'two',
        tryEveryMs: 20,
        onSuperseded: never,
        onWaiting: (holder) => waiting.push(holder),
      },
      AbortSignal.timeout(20_000),
    );
    await expect.poll(() => waiting).toEqual(['one']);
    await first.release();
    const lock = await second;
    await expect(store.saveState('auth', { held: true })).rejects.toMatchObject({ code: 'MIGRATION_SUPERSEDED' });
    await lock.release();
    await otherDatabase.close();
  });

  it('takes the lock again under the same epoch after its session was cut', async () => {
    const lock = await takeControlLock(
      { url: url(), database, holder: 'one', tryEveryMs: 20, onSuperseded: never },
      AbortSignal.timeout(20_000),
    );
    const { epoch } = database;
    const held = async () =>
      (await server.query("select pid from pg_stat_activity where application_name = 'banyan-controller-lock'")).rows[0]?.['pid'] as
        | number
        | undefined;
    const before = await held();
    await server.query('select pg_terminate_backend($1)', [before]);
    await expect.poll(async () => ((await held()) ?? before) !== before).toBe(true);
    await store.saveState('auth', { held: true });
    expect(database.epoch).toBe(epoch);
    await lock.release();
  });
});
