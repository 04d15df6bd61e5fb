/** Extractions are retired one behind the other, and only when nothing in the monolith needs them. */
import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openControlDatabase } from './control-database.ts';
import type { ControlDatabase } from './control-database.ts';
import { extraction, reads, writes } from './definition.ts';
import { planMigration } from './plan.ts';
import { isMonolithOff, retirementOrder } from './retirement.ts';
import { setUpMigration, tableOf } from './testing/set-up-migration.ts';

const gates = { shadowCompared: 0, canaryRequests: 0, ownerRequests: 0, writesReplayed: 0 };
const shop = [
  extraction('users', {
    service: 'users',
    tables: tableOf('users'),
    readByMonolith: [{ what: 'orders refer to users', by: 'orders' }],
    gates,
  }),
  extraction('goods', {
    service: 'goods',
    tables: tableOf('goods'),
    routes: [{ method: 'GET', path: '/goods', effect: reads('public.goods') }],
    gates,
  }),
  extraction('orders', {
    service: 'orders',
    tables: tableOf('orders'),
    routes: [{ method: 'GET', path: '/orders', effect: reads('public.orders', 'public.goods') }],
    gates,
  }),
  extraction('desk', {
    service: 'desk',
    after: [{ extraction: 'goods', atLeast: 'canary' }],
    cutsOver: 'goods',
    routes: [{ method: 'PUT', path: '/goods/:id', effect: writes('public.goods') }],
    gates,
  }),
  extraction('rest', { service: 'desk', routes: [{ method: '*', path: '/*', effect: reads() }], gates }),
];

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

/** All of them at owner. */
async function setUp() {
  const set = await setUpMigration(database, shop);
  await set.force('users', 'owner');
  await set.force('orders', 'owner');
  await set.force('goods', 'canary');
  await set.advance('goods', { sharePercent: 100, force: true, reason: 'a test' });
  await set.force('desk', 'owner');
  await set.force('rest', 'owner');
  return set;
}

describe('the order', () => {
  const plan = (extractions = shop) =>
    planMigration(
      { system: 'shop', extractions },
      { programs: Object.fromEntries(['users', 'goods', 'orders', 'desk'].map((name) => [name, { role: 'service' as const }])) },
    );

  it('puts each behind those that read its tables, and the rest behind all', () => {
    expect(retirementOrder(plan()).map(({ name }) => name)).toEqual(['orders', 'desk', 'users', 'rest']);
  });

  it('leaves out what a reader that never goes still needs, and so the rest', () => {
    const [users, ...others] = shop;
    const kept = extraction('users', { ...users!, readByMonolith: ['the mailer reads names'] });
    expect(retirementOrder(plan([kept, ...others])).map(({ name }) => name)).toEqual(['orders', 'desk']);
  });

  it('refuses a reader that goes with an extraction that does not exist, or with its own', () => {
    for (const by of ['nobody', 'users'])
      expect(() => plan([extraction('users', { service: 'users', readByMonolith: [{ what: 'a reader', by }] })])).toThrow(
        expect.objectContaining({ code: 'MIGRATION_READER_UNKNOWN' }),
      );
  });

  it('says that the monolith is off when all are retired and one takes the rest', () => {
    const states = (names: readonly string[]) =>
      names.map((name) => ({
        name,
        stage: 'retired' as const,
        sharePercent: 0,
        follows: 'none' as const,
        held: false,
        sideProgramsStopped: false,
        enteredAt: '',
      }));
    const all = shop.map(({ name }) => name);
    expect(isMonolithOff(plan(), states(all))).toBe(true);
    expect(isMonolithOff(plan(), states(all.slice(1)))).toBe(false);
    expect(isMonolithOff(plan(shop.slice(0, 4)), states(all))).toBe(false);
  });
});

describe('retiring', () => {
  it('is refused while another extraction reads the tables in the monolith, whatever is forced', async () => {
    const it = await setUp();
    await expect(it.force('users', 'retired')).rejects.toMatchObject({
      message: expect.stringContaining('orders refer to users (until "orders" is retired)') as string,
    });
    await expect(it.force('desk', 'retired')).rejects.toThrow('GET /orders (until "orders" is retired)');
    expect(await it.stageOf('users')).toMatchObject({ stage: 'owner', follows: 'reverse' });
  });

  it('ends the way back of one after the other, with what it owns for another, each behind a comparison of all rows', async () => {
    const it = await setUp();
    it.log.length = 0;
    for (const name of ['orders', 'desk', 'users', 'rest']) await it.advance(name, { to: 'retired', waitMs: 2_000 });
    expect(it.log).toEqual(['orders release', 'goods release', 'users release']);
    expect(await it.stageOf('goods')).toMatchObject({ stage: 'retired', follows: 'none' });
    const verified = await it.store.evidence({ extraction: 'goods', kind: 'verification', limit: 1 });
    expect(verified[0]?.body).toMatchObject({ scope: 'all', differing: 0 });
    expect(it.fleet.tables.at(-1)?.routes.map(({ id, upstream, fallbackUpstream }) => [id, upstream, fallbackUpstream])).toEqual([
      ['GET /goods', 'goods', undefined],
      ['GET /orders', 'orders', undefined],
      ['PUT /goods/:id', 'desk', undefined],
      ['* /*', 'desk', undefined],
    ]);
    await expect(it.back('orders')).rejects.toThrow('there is no way back any more');
    await expect(it.back('users')).rejects.toThrow('there is no way back any more');
  });

  it('waits while rows differ, and while the monolith answers', async () => {
    const it = await setUp();
    it.dataOf('orders').differing = 1;
    await expect(it.advance('orders', { to: 'retired', waitMs: 50 })).rejects.toThrow('1 differ');
    expect(await it.stageOf('orders')).toMatchObject({ stage: 'owner' });
  });
});
