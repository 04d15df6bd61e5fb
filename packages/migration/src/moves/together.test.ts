/** Tables that change owner with the extraction whose routes write them. */

import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openControlDatabase } from '../control-database.ts';
import type { ControlDatabase } from '../control-database.ts';
import { extraction, reads, writes } from '../definition.ts';
import { setUpMigration, tableOf } from '../testing/set-up-migration.ts';

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

/** `bank` has the tables and answers readers; `editing` has the routes that write them. */
async function setUp() {
  const it = await setUpMigration(database, [
    extraction('bank', {
      service: 'bank',
      tables: tableOf('books'),
      routes: [{ method: 'GET', path: '/books', effect: reads('public.books') }],
      readByMonolith: ['GET /shelf lists them'],
    }),
    extraction('editing', {
      service: 'editing',
      after: [{ extraction: 'bank', atLeast: 'canary' }],
      cutsOver: 'bank',
      routes: [
        { method: 'GET', path: '/editing', effect: reads('public.books') },
        { method: 'POST', path: '/editing', effect: writes('public.books') },
      ],
    }),
  ]);
  const places = async () => {
    const [bank, editing] = [await it.stageOf('bank'), await it.stageOf('editing')];
    return [bank?.stage, bank?.sharePercent, bank?.follows, editing?.stage, editing?.follows];
  };
  const upstreamOf = (id: string) => it.fleet.table?.routes.find((route) => route.id === id)?.upstream;
  return {
    ...it,
    places,
    upstreamOf,
    held: () => it.fleet.tables.map(({ routes }) => routes.filter(({ hold }) => hold).map(({ id }) => id)),
  };
}

it('they go there and back in one cutover, and what is written is held meanwhile', async () => {
  const it = await setUp();
  await it.force('bank', 'canary');
  await it.advance('bank', { to: 'canary', sharePercent: 100, force: true, reason: 'a test' });
  await it.force('editing', 'owner');
  expect(await it.places()).toEqual(['owner', 0, 'reverse', 'owner', 'none']);
  expect(it.log).toContain('bank cutover');
  expect(it.held()).toContainEqual(['POST /editing']);
  expect([it.upstreamOf('GET /books'), it.upstreamOf('POST /editing')]).toEqual(['bank', 'editing']);
  await it.back('editing');
  expect(await it.places()).toEqual(['canary', 100, 'forward', 'shadow', 'none']);
  expect(it.log.at(-1)).toBe('bank cutback');
  expect([it.upstreamOf('GET /books'), it.upstreamOf('POST /editing')]).toEqual(['monolith', 'monolith']);
});

it('whoever has the tables goes back behind whoever writes them, and cannot become owner alone', async () => {
  const it = await setUp();
  await it.force('bank', 'canary');
  await expect(it.advance('bank', { to: 'owner' })).rejects.toMatchObject({
    code: 'MIGRATION_MOVE_INVALID',
    message: expect.stringContaining('its tables change owner with "editing"') as string,
    fix: 'Run: banyan advance editing',
  });
  await it.advance('bank', { sharePercent: 100, force: true, reason: 'a test' });
  await it.advance('bank', { to: 'canary', sharePercent: 100 });
  await expect(it.advance('bank')).rejects.toMatchObject({ code: 'MIGRATION_MOVE_INVALID' });
  expect(await it.mover.nextGates('bank')).toEqual({ to: undefined, gates: [] });
  await it.force('editing', 'owner');
  await it.back('bank', { to: 'canary', sharePercent: 100 });
  expect(await it.places()).toEqual(['canary', 100, 'forward', 'shadow', 'none']);
  await it.force('editing', 'owner');
  const { moves } = await it.back('bank');
  expect(moves.map(({ extraction: name, work }) => [name, work])).toEqual([
    ['editing', 'cutback'],
    ['bank', 'routes'],
  ]);
  expect(await it.places()).toEqual(['shadow', 0, 'forward', 'shadow', 'none']);
});

it('a lost database takes both back, and nothing is asked of it', async () => {
  const it = await setUp();
  await it.force('bank', 'canary');
  await it.force('editing', 'owner');
  it.dataOf('bank').loss = { isLost: true, found: 'It does not exist.' };
  await it.back('bank', { lost: true, reason: 'the disk broke' });
  expect(await it.places()).toEqual(['planned', 0, 'none', 'planned', 'none']);
  expect(it.log.filter((line) => line.startsWith('bank cutback'))).toEqual([]);
});

it('a crash in the middle of the cutover ends with both at the same side', async () => {
  const it = await setUp();
  await it.force('bank', 'canary');
  const bank = it.dataOf('bank');
  bank.outcome = 'throws after hold';
  bank.recovery = 'cancelled';
  await expect(it.force('editing', 'owner')).rejects.toMatchObject({ code: 'MIGRATION_CUTOVER_CANCELLED' });
  expect(await it.places()).toEqual(['canary', 10, 'forward', 'canary', 'none']);
  bank.recovery = 'completed';
  await it.force('editing', 'owner');
  expect(await it.places()).toEqual(['owner', 0, 'reverse', 'owner', 'none']);
});

it('retiring asks whether the monolith still reads the tables', async () => {
  const it = await setUp();
  await it.force('bank', 'canary');
  await it.force('editing', 'owner');
  await expect(it.force('editing', 'retired')).rejects.toThrow('GET /shelf lists them');
});
