import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAudit } from './audit.ts';
import { openControlDatabase } from './control-database.ts';
import type { ControlDatabase } from './control-database.ts';
import { extraction, reads, writes } from './definition.ts';
import type { ExtractionDefinition } from './definition.ts';
import { rehearsalKind } from './rehearsal-evidence.ts';
import type { RehearsalEvidence } from './rehearsal-evidence.ts';
import { setUpMigration, tableOf } from './testing/set-up-migration.ts';

let server: TestDatabase;
let database: ControlDatabase;
beforeEach(async () => {
  server = await createTestDatabase();
  database = await openControlDatabase({ url: server.url, system: 'small' });
  await database.takeCharge('test');
});
afterEach(async () => {
  await database.close();
  await server.close();
});

const rehearsed: RehearsalEvidence = {
  replayed: 2,
  asRecorded: 2,
  equal: 2,
  explained: 0,
  differing: 0,
  rows: { compared: 3, explained: 0, differing: 0 },
  callsRefused: 0,
  dropped: {},
  leftOut: [],
  rules: [],
  samples: [],
};

/** `users`, and `boards` that comes after it. */
async function setUp(change: Partial<ExtractionDefinition> = {}) {
  const set = await setUpMigration(database, [
    extraction('users', {
      service: 'users',
      tables: tableOf('users'),
      routes: [
        { method: 'GET', path: '/users', effect: reads() },
        { method: 'POST', path: '/users', effect: writes('public.users') },
      ],
      canaryShares: [50, 100],
      sidePrograms: ['mailer'],
      ...change,
    }),
    extraction('boards', { service: 'users', after: ['users'], tables: tableOf('boards') }),
  ]);
  return { ...set, users: set.dataOf('users'), boards: set.dataOf('boards') };
}

describe('Mover', () => {
  it('advances one position at a time, stores each move, and holds writes only for the cutover', async () => {
    const it = await setUp({ gates: { shadowCompared: 0, canaryRequests: 0, writesReplayed: 2 } });
    await it.advance('users');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'replicating', follows: 'forward' });
    await expect(it.advance('users', { to: 'owner', waitMs: 0 })).rejects.toThrow('banyan rehearse users');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'canary', sharePercent: 100 });
    await it.store.addEvidence('users', rehearsalKind, rehearsed);
    await it.advance('users', { to: 'owner' });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'owner', follows: 'reverse', held: false, sideProgramsStopped: true });
    expect(it.log).toEqual(['users sequences', 'users replicate', 'stop mailer', 'users cutover']);
    const held = it.fleet.tables.map((table) => table.routes.some((route) => route.hold !== undefined));
    expect(held.filter(Boolean)).toHaveLength(2);
    expect(it.fleet.drains.find((drain) => drain !== undefined)).toMatchObject({ routeIds: ['POST /users'] });
    expect((await it.store.recentMoves()).map((move) => [move.to.stage, move.status]).toReversed()).toEqual([
      ['replicating', 'done'],
      ['shadow', 'done'],
      ['canary', 'done'],
      ['canary', 'done'],
      ['owner', 'done'],
    ]);
  });

  it('pauses before a stage while there is too little evidence, and says how much there is', async () => {
    const it = await setUp();
    await it.force('users', 'shadow');
    it.fleet.compared = 20;
    await expect(it.advance('users', { waitMs: 30 })).rejects.toMatchObject({
      code: 'MIGRATION_GATES_WAITING',
      message: expect.stringContaining('of 200 answers compared') as string,
    });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'shadow' });
    it.fleet.compared = 220;
    await it.watch.look();
    await it.advance('users', { waitMs: 1000 });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'canary', sharePercent: 50 });
  });

  it('says that it waits, and for how long', async () => {
    const it = await setUp();
    await it.force('users', 'shadow');
    await expect(it.advance('users', { waitMs: 1000 })).rejects.toMatchObject({ code: 'MIGRATION_GATES_WAITING' });
    expect(it.lines.findLast((one) => one.step === 'gates')?.message).toContain('Waiting up to 1 s.');
  });

  it('refuses on a failing gate, and is forced only with a reason, which the audit keeps with the gates', async () => {
    const it = await setUp();
    await it.force('users', 'replicating');
    it.users.differing = 2;
    await expect(it.advance('users')).rejects.toMatchObject({ code: 'MIGRATION_GATES_FAIL' });
    await expect(it.advance('users', { force: true })).rejects.toMatchObject({ code: 'MIGRATION_REASON_MISSING' });
    await expect(it.advance('users', { force: true, reason: '  ' })).rejects.toMatchObject({ code: 'MIGRATION_REASON_MISSING' });
    await it.advance('users', { force: true, reason: 'two test accounts' });
    const begun = (await readAudit(database)).findLast((entry) => entry.action === 'advance.begun');
    expect(begun).toMatchObject({
      actor: 'ada',
      reason: 'two test accounts',
      detail: { forced: true, evidence: { gates: [{ name: 'verification', status: 'fail' }, {}] } },
    });
  });

  it('holds at canary 100 % what the monolith still writes, also when forced, and takes it back from there', async () => {
    const writtenByMonolith = [{ method: 'DELETE', path: '/admin/users/:id', effect: writes('public.users') }];
    const it = await setUp({ gates: { shadowCompared: 0, canaryRequests: 0 }, writtenByMonolith });
    await it.force('users', 'canary');
    await expect(it.force('users', 'owner')).rejects.toMatchObject({
      code: 'MIGRATION_GATES_FAIL',
      message: expect.stringContaining('DELETE /admin/users/:id') as string,
      fix: expect.stringContaining('--force does not open this gate') as string,
    });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'canary', sharePercent: 100, held: false });
    expect(it.log).toEqual(['users sequences', 'users replicate']);
    await it.back('users');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'shadow' });
  });

  it('refuses a table that cannot be replicated, also when forced', async () => {
    const it = await setUp();
    it.users.findings = [
      {
        code: 'REPLICATION_KEY_MISSING',
        severity: 'error',
        table: 'public.users',
        message: 'public.users has no key.',
        fix: 'Add a primary key.',
      },
    ];
    await expect(it.force('users', 'replicating')).rejects.toMatchObject({
      code: 'MIGRATION_TABLE_UNFIT',
      message: expect.stringContaining('public.users has no key') as string,
    });
    expect(it.log).toEqual([]);
  });

  it('lets a dependant serve only after what it depends on, and takes it back first in the same command', async () => {
    const it = await setUp();
    await expect(it.force('boards', 'owner')).rejects.toMatchObject({ code: 'MIGRATION_AFTER_NOT_READY' });
    await it.force('users', 'owner');
    await it.force('boards', 'owner');
    it.log.length = 0;
    const result = await it.back('users', { reason: 'too slow' });
    expect(it.log).toEqual(['boards cutback', 'users cutback', 'start mailer']);
    expect(result.moves.map((move) => [move.extraction, move.reason])).toEqual([
      ['boards', 'users goes back: too slow'],
      ['users', 'too slow'],
    ]);
    expect(await it.stageOf('boards')).toMatchObject({ stage: 'replicating', follows: 'forward' });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'shadow', follows: 'forward', sideProgramsStopped: false });
  });

  it('leaves everything as it was when a cutover cancels itself', async () => {
    const it = await setUp();
    await it.force('users', 'canary');
    it.users.outcome = 'cancelled';
    await expect(it.force('users', 'owner')).rejects.toMatchObject({ code: 'MIGRATION_CUTOVER_CANCELLED', fix: 'End it.' });
    expect(await it.stageOf('users')).toMatchObject({
      stage: 'canary',
      sharePercent: 100,
      follows: 'forward',
      held: false,
      sideProgramsStopped: false,
    });
    expect(it.fleet.table?.routes.some((route) => route.hold !== undefined)).toBe(false);
    expect(it.log.at(-1)).toBe('start mailer');
    expect((await it.store.recentMoves(1))[0]).toMatchObject({ status: 'cancelled' });
  });

  it('ends a cutover that broke off as its journal says', async () => {
    const it = await setUp();
    await it.force('users', 'canary');
    it.users.outcome = 'throws after hold';
    it.users.recovery = 'cancelled';
    await expect(it.force('users', 'owner')).rejects.toMatchObject({
      code: 'MIGRATION_CUTOVER_CANCELLED',
      message: expect.stringContaining('the connection was lost') as string,
    });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'canary', follows: 'forward', held: false });
    it.users.recovery = 'completed';
    expect(await it.force('users', 'owner')).toMatchObject({ moves: [{ status: 'done' }] });
    expect(await it.stageOf('users')).toMatchObject({ stage: 'owner', follows: 'reverse', held: false });
  });

  it.each([
    ['cancelled', 'canary', 'forward'],
    ['completed', 'owner', 'reverse'],
  ] as const)('keeps a cutover running that cannot be ended now, and ends it later: %s', async (recovery, stage, follows) => {
    const it = await setUp();
    await it.force('users', 'canary');
    it.users.outcome = 'throws after hold';
    it.users.recovery = 'throws';
    await expect(it.force('users', 'owner')).rejects.toMatchObject({ code: 'MIGRATION_MOVE_BROKEN_OFF' });
    expect(await it.store.runningMove()).toMatchObject({ to: { stage: 'owner' } });
    it.users.recovery = recovery;
    await it.mover.recoverIfIdle(() => undefined);
    expect(await it.stageOf('users')).toMatchObject({ stage, follows, held: false });
    expect(await it.store.runningMove()).toBeUndefined();
    expect(it.fleet.table?.routes.some((route) => route.hold !== undefined)).toBe(false);
  });

  it('does not begin a cutover while a side program cannot be stopped, and starts the others again', async () => {
    const it = await setUp();
    await it.force('users', 'canary');
    it.programs.fails = true;
    await expect(it.force('users', 'owner')).rejects.toThrow('it hangs');
    expect(it.log).not.toContain('users cutover');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'canary', sideProgramsStopped: false });
  });

  it('cancels when writes in flight do not end or a gateway cannot be asked', async () => {
    const it = await setUp();
    await it.force('users', 'canary');
    it.fleet.drainsInTime = false;
    await expect(it.force('users', 'owner')).rejects.toMatchObject({
      code: 'MIGRATION_CUTOVER_CANCELLED',
      message: expect.stringContaining('did not end within') as string,
    });
  });

  it('says which gateways a route change has not reached, and does not fail for them', async () => {
    const it = await setUp();
    it.fleet.isReachable = false;
    await it.force('users', 'replicating');
    expect(it.lines.find((line) => line.message.includes('Not yet at'))?.message).toContain('http://127.0.0.1:1');
  });

  it('takes the tables back from a service whose database is lost, dependants first, and begins anew', async () => {
    const it = await setUp();
    await it.force('users', 'owner');
    await it.force('boards', 'owner');
    it.log.length = 0;
    const found = 'The database of users does not answer.';
    await expect(it.back('users', { lost: true })).rejects.toMatchObject({ code: 'MIGRATION_REASON_MISSING' });
    const lost = { lost: true, reason: 'the disk is gone' };
    await expect(it.back('users', lost)).rejects.toMatchObject({ code: 'MIGRATION_NOT_LOST', fix: 'Run: banyan back users' });
    it.users.loss = { isLost: true, found, appliedLsn: '0/7', appliedAt: '2026-01-01T00:00:00.000Z' };
    await expect(it.back('users', { ...lost, to: 'shadow' })).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID' });
    expect(it.log).toEqual([]);
    const { moves } = await it.back('users', lost);
    expect(moves.map((move) => [move.extraction, move.work])).toEqual([
      ['boards', 'cutback'],
      ['users', 'reclaim'],
    ]);
    expect(it.log).toEqual(['boards cutback', 'users reclaim', 'start mailer']);
    expect(await it.stageOf('users')).toMatchObject({
      stage: 'planned',
      follows: 'none',
      held: false,
      sideProgramsStopped: false,
      lost: true,
    });
    expect(it.fleet.table?.routes.map((route) => route.upstream)).not.toContain('users');
    const begun = (await readAudit(database)).findLast((entry) => entry.action === 'back.begun');
    expect(begun).toMatchObject({ reason: 'the disk is gone', detail: { evidence: { loss: { found, appliedLsn: '0/7' } } } });
    await expect(it.back('users', lost)).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID', fix: 'Run: banyan advance users' });
  });

  it('keeps what comes in the place of a lost database from writing, and is done once that is there or has been copied to', async () => {
    const it = await setUp();
    await it.force('users', 'owner');
    it.users.loss = { isLost: true, found: 'It does not answer.' };
    const closings = () => it.log.filter((line) => line.includes('close returned')).length;
    await it.mover.closeWhatReturns(() => undefined);
    expect(closings()).toBe(0);
    it.users.state = 'failed'; // the stream back cannot be followed
    await it.mover.closeWhatReturns(() => undefined);
    expect(closings()).toBe(1);
    it.users.state = 'following';
    await it.back('users', { lost: true, reason: 'a test' });
    await expect.poll(() => it.mover.closeWhatReturns(() => undefined).then(closings), { timeout: 20_000 }).toBe(2);
    expect(await it.stageOf('users')).toMatchObject({ lost: true });
    it.users.isReturned = true;
    await it.mover.closeWhatReturns(() => undefined);
    expect(await it.stageOf('users')).toMatchObject({ lost: false });
    await it.mover.closeWhatReturns(() => undefined);
    expect(closings()).toBe(3);
    await it.store.saveState('users', { lost: true });
    await it.force('users', 'replicating');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'replicating', lost: false });
  });

  it.each([
    ['completed', 'planned', 'none'],
    ['cancelled', 'owner', 'reverse'],
  ] as const)('ends a reclaim that broke off as its journal says: %s', async (recovery, stage, follows) => {
    const it = await setUp();
    await it.force('users', 'owner');
    it.users.loss = { isLost: true, found: 'It does not answer.' };
    it.users.outcome = 'throws after hold';
    it.users.recovery = recovery;
    await it.back('users', { lost: true, reason: 'a test' }).catch(() => undefined);
    expect(await it.stageOf('users')).toMatchObject({ stage, follows, held: false });
    expect(await it.store.runningMove()).toBeUndefined();
  });

  it('gives up a move that can never be ended because the database is lost, and only one of that extraction', async () => {
    const it = await setUp();
    await it.force('users', 'owner');
    it.users.outcome = 'throws after hold';
    it.users.recovery = 'throws';
    await expect(it.back('users')).rejects.toMatchObject({ code: 'MIGRATION_MOVE_BROKEN_OFF' });
    const lost = { lost: true, reason: 'a test' };
    await expect(it.back('boards', lost)).rejects.toThrow('the database is away');
    it.users.outcome = 'done';
    it.users.loss = { isLost: true, found: 'It does not answer.' };
    await it.back('users', lost);
    expect(await it.stageOf('users')).toMatchObject({ stage: 'planned', held: false });
    expect((await it.store.recentMoves(2)).map((move) => [move.work, move.status])).toEqual([
      ['reclaim', 'done'],
      ['cutback', 'failed'],
    ]);
  });

  it('refuses a second command while one is being made', async () => {
    const it = await setUp();
    const first = it.force('users', 'shadow');
    await expect(it.back('users')).rejects.toMatchObject({ code: 'MIGRATION_MOVE_RUNNING' });
    await first;
  });

  it('refuses the way back that an extraction admits not to have', async () => {
    const it = await setUp({ noWayBack: 'the old table is dropped by law' });
    await it.force('users', 'owner');
    await expect(it.back('users')).rejects.toMatchObject({ code: 'MIGRATION_NO_WAY_BACK' });
  });

  it('refuses targets in the wrong direction or that do not apply', async () => {
    const it = await setUp();
    await it.force('users', 'shadow');
    await expect(it.advance('users', { to: 'replicating' })).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID' });
    await expect(it.back('users', { to: 'owner' })).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID' });
    await expect(it.advance('boards', { to: 'shadow' })).rejects.toMatchObject({
      code: 'MIGRATION_MOVE_INVALID',
      fix: expect.stringContaining('replicating, owner') as string,
    });
    await expect(it.advance('users', { to: 'canary', sharePercent: 101 })).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID' });
    expect((await it.advance('users', { to: 'shadow' })).moves).toEqual([]);
  });
});
