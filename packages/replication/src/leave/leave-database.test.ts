// After a migration has left, a database is as it was before it came.
import { afterEach, expect, it } from 'vitest';
import { cutover } from '../cutover/cutover.ts';
import { proveWayBack } from '../cutover/way-back.ts';
import { memoryJournal, patience, quietRoutes } from '../testing/move.ts';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';
import { leaveDatabase } from './leave-database.ts';

let pair: Pair;
afterEach(() => pair.close());

async function following() {
  pair = await createPair(usersTable, ['public.users']);
  await pair.monolith.query(`insert into users (google_id, email, name) select 'g' || n, 'e' || n, 'n' || n from generate_series(1, 20) n`);
  const streams = { forward: pair.stream(), back: pair.back() };
  await streams.forward.copy();
  await streams.forward.start();
  return streams;
}

/** Everything in the catalogue that is not the tables' own. */
async function traces(): Promise<string[]> {
  const { rows } = await pair.monolith.query<{ trace: string }>(
    `select 'slot ' || slot_name as trace from pg_replication_slots where database = current_database()
     union all select 'publication ' || pubname from pg_publication
     union all select 'trigger ' || tgname from pg_trigger where not tgisinternal
     union all select 'schema ' || nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')
     union all select 'origin ' || roname from pg_replication_origin where roname = $1`,
    [`banyan_${pair.name}_reverse`],
  );
  return rows.map(({ trace }) => trace);
}

it('takes out what a move has put there, and touches no row', async () => {
  const { forward, back } = await following();
  await back.prepare();
  await back.start();
  await proveWayBack(back);
  await back.stop();
  await forward.stop();
  const before = await rowsOf(pair.monolith, 'users');
  expect((await traces()).length).toBeGreaterThan(3);
  const report = await leaveDatabase({ url: pair.monolith.url });
  expect(report).toMatchObject({ slots: [`banyan_${pair.name}_forward`], bookkeeping: true });
  expect(await traces()).toEqual([]);
  expect(await rowsOf(pair.monolith, 'users')).toEqual(before);
  expect(await leaveDatabase({ url: pair.monolith.url })).toEqual({ slots: [], publications: [], fences: [], bookkeeping: false });
});

it('stays while the tables are owned by another side, or while a stream is followed', async () => {
  const { forward, back } = await following();
  await expect(leaveDatabase({ url: pair.monolith.url, busyTimeoutMs: 100 })).rejects.toMatchObject({ code: 'REPLICATION_STREAM_BUSY' });
  const { cancelled } = await cutover({
    from: { name: 'monolith', url: pair.monolith.url },
    to: { name: 'service', url: pair.service.url },
    forwardStream: forward,
    reverseStream: back,
    routes: quietRoutes(),
    journal: memoryJournal(),
    ...patience,
  });
  expect(cancelled).toBeUndefined();
  const before = await traces();
  await expect(leaveDatabase({ url: pair.monolith.url })).rejects.toMatchObject({
    code: 'REPLICATION_FENCE_CLOSED',
    message: 'public.users is owned by another side.',
  });
  expect(await traces()).toEqual(before);
});
