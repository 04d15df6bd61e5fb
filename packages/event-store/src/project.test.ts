import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEventLog } from './create-event-log.ts';
import type { EventLog, EventLogOperations } from './event-log.ts';
import { project, type Projection, type ProjectionOptions } from './project.ts';
import { createProjectionStore, type ProjectionStore } from './projection-store.ts';
import { createSource } from './testing/events.ts';
import { writeHotStreams } from './testing/feed-load.ts';

let database: TestDatabase;
let log: EventLog & EventLogOperations;
let store: ProjectionStore;
const projections: Projection[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  log = await createEventLog({ url: database.url });
  store = createProjectionStore({ url: database.url });
  // Depends on the order of a key and on nothing being applied twice.
  await database.query('create table totals (key text primary key, events integer not null, history text not null)');
});

afterEach(async () => {
  await Promise.all(projections.splice(0).map((projection) => projection.stop()));
  await Promise.all([log.close(), store.close()]);
  await database.close();
});

function start(options: Partial<ProjectionOptions> = {}): Projection {
  const projection = project({
    log,
    name: 'totals',
    store,
    handle: async ({ event }, session) => {
      const values = [event.partitionkey, `${Number(event.sequence)} `];
      await session.query(
        'insert into totals values ($1, 1, $2) on conflict (key) do update set events = totals.events + 1, history = md5(totals.history) || $2',
        values,
      );
    },
    clear: async (session) => void (await session.query('delete from totals')),
    pollMs: 5,
    ...options,
  });
  projections.push(projection);
  return projection;
}

const rows = async () => (await database.query('select totals::text as row from totals order by key')).rows;
const head = async () => (await log.diagnose()).head;

it('a rebuild equals what was projected live, byte for byte, also by two programs under load', async () => {
  const [one] = [start({ batchSize: 50 }), start({ batchSize: 20 })];
  await writeHotStreams(database.url, { writers: 8, appends: 400 });
  await one.reached(await head());
  const live = await rows();
  expect(live).toHaveLength(8);
  await database.query("update totals set history = 'damaged'");
  await one.rebuild();
  expect(await rows()).toEqual(live);
  await log.append([createSource('/test/hot')({ key: 'after' })]);
  await one.reached(await head());
  expect(await rows()).toHaveLength(9);
}, 120_000);

it('readers see the old rows until the new ones are complete', async () => {
  const next = createSource();
  await log.append([next(), next()]);
  const projection = start();
  await projection.reached(2n);
  const before = await rows();
  const seen: unknown[] = [];
  const rebuilding = start({ name: 'rebuilt', handle: async () => void seen.push(await rows()) });
  await rebuilding.stop();
  await rebuilding.rebuild();
  expect(seen.slice(-2)).toEqual([before, before]);
  expect(await rows()).toEqual([]);
});

it('a batch that fails changes nothing and is tried again; what is not of its types is passed over', async () => {
  const next = createSource();
  await log.append([next(), next(), next({ type: 'order.paid' })]);
  let failures = 0;
  const applied: bigint[] = [];
  const projection = start({
    types: ['order.placed'],
    handle: async ({ position }, session) => {
      await session.query("insert into totals values ($1, 1, '')", [String(position)]);
      if (position === 2n && failures++ === 0) throw new Error('once');
      applied.push(position);
    },
  });
  await projection.reached(3n);
  expect(applied).toEqual([1n, 1n, 2n]);
  expect((await database.query('select key from totals order by key')).rows).toEqual([{ key: '1' }, { key: '2' }]);
  expect((await database.query('select * from banyan.projections')).rows).toEqual([{ name: 'totals', position: '3' }]);
});

it('survives the end of its connection in the middle of a batch', async () => {
  await log.append([createSource()()]);
  let ended = 0;
  const projection = start({
    handle: async ({ position }, session) => {
      const own = await session.query('select pg_backend_pid() as pid');
      if (ended++ === 0) await database.query('select pg_terminate_backend($1, 10000)', [own.rows[0]!['pid']]);
      await session.query("insert into totals values ($1, 1, '')", [String(position)]);
    },
  });
  await projection.reached(1n);
  expect(await rows()).toHaveLength(1);
});

it('says that it has not come so far', async () => {
  const projection = start();
  await expect(projection.reached(1n, 50)).rejects.toMatchObject({ code: 'EVENT_STORE_PROJECTION_BEHIND' });
});
