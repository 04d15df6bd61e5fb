// The whole move on real databases: there, back, and what stops it.
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplicationStream } from '../stream/options.ts';
import { memoryJournal, quietRoutes, patience } from '../testing/move.ts';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { cutover } from './cutover.ts';
import { recoverCutover } from './recover.ts';
import type { CutoverOptions } from './types.ts';
import { proveWayBack } from './way-back.ts';

let pair: Pair;
afterEach(() => pair.close());

const stats =
  'create table stats (id int primary key, user_id int not null references users on delete cascade); create table invoices (user_id int references users)';

async function replicating(monolith = usersTable, service = usersTable): Promise<{ forward: ReplicationStream; back: ReplicationStream }> {
  pair = await createPair(monolith, ['public.users'], service);
  await pair.monolith.query(`insert into users (google_id, email, name) select 'g' || n, 'e' || n, 'n' || n from generate_series(1, 50) n`);
  const forward = pair.stream();
  await forward.copy();
  await forward.start();
  return { forward, back: pair.back() };
}

function moveThere(streams: { forward: ReplicationStream; back: ReplicationStream }, rest: Partial<CutoverOptions> = {}): CutoverOptions {
  return {
    from: { name: 'monolith', url: pair.monolith.url },
    to: { name: 'service', url: pair.service.url },
    forwardStream: streams.forward,
    reverseStream: streams.back,
    routes: quietRoutes(),
    journal: memoryJournal(),
    ...patience,
    ...rest,
  };
}

function moveBack(streams: { forward: ReplicationStream; back: ReplicationStream }, rest: Partial<CutoverOptions> = {}): CutoverOptions {
  const there = moveThere(streams, rest);
  return { ...there, from: there.to, to: there.from, forwardStream: streams.back, reverseStream: streams.forward };
}

const sign = (name: string) => `insert into users (google_id, email, name) values ('${name}', '${name}', '${name}') returning id`;

/** A wrong value on the service that came through an applier, so that nobody sees it as a rogue write. */
async function appliedRogue(statement: string): Promise<void> {
  await using client = await openClient(pair.service.url);
  const origin = `banyan_${pair.name}_rogue`;
  await client.query('select pg_replication_origin_create($1)', [origin]);
  await client.query('select pg_replication_origin_session_setup($1)', [origin]);
  await pair.service.query(
    `insert into banyan.stream_position (stream, source_identity, position) select $1, source_identity, '0/0' from banyan.stream_position where stream = $2`,
    [`${pair.name}_rogue`, `${pair.name}_forward`],
  );
  await client.query(`set session_replication_role = replica; ${statement}`);
}

/** After a cancelled move everything is as it was. */
async function expectAsBefore(streams: { forward: ReplicationStream }): Promise<void> {
  await pair.monolith.query(sign(`still-here-${performance.now()}`));
  await expect(pair.service.query(sign('not-here'))).rejects.toMatchObject({ code: '25006' });
  await streams.forward.mark();
  expect(await rowsOf(pair.service, 'users')).toEqual(await rowsOf(pair.monolith, 'users'));
}

describe('a cutover', () => {
  it('moves the tables there and back with every row, and the sequence goes on', async () => {
    const streams = await replicating();
    const journal = memoryJournal();
    const routes = quietRoutes();
    const there = await cutover(moveThere(streams, { journal, routes }));
    expect(there).toMatchObject({ direction: 'monolith -> service', epoch: '1' });
    expect(there.cancelled).toBeUndefined();
    expect(journal.steps).toEqual(['preparing', 'fencing', 'opening', 'flipping', 'finishing']);
    expect(routes.calls).toEqual(['hold', 'flip']);
    await expect(pair.monolith.query(sign('late'))).rejects.toMatchObject({ code: '25006' });
    const created = await pair.service.query<{ id: number }>(sign('new'));
    expect(created.rows[0]?.id).toBeGreaterThan(50); // naive: the service's own sequence would begin at 1
    await pair.service.query(`update users set name = 'moved' where id = 3`);
    await streams.back.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
    const back = await cutover(moveBack(streams));
    expect(back).toMatchObject({ direction: 'service -> monolith', epoch: '2' });
    await expect(pair.service.query(sign('late'))).rejects.toMatchObject({ code: '25006' });
    const home = await pair.monolith.query<{ id: number }>(sign('home'));
    expect(home.rows[0]?.id).toBeGreaterThan(created.rows[0]?.id ?? 0);
    await streams.forward.mark();
    expect(await rowsOf(pair.service, 'users')).toEqual(await rowsOf(pair.monolith, 'users'));
  });

  it('moves several tables with different columns together, there and back', async () => {
    const schema = 'create table teams (id serial primary key, title text); create table badges (code text primary key, weight numeric)';
    pair = await createPair(schema, ['public.teams', 'public.badges']);
    await pair.monolith.query(`insert into teams (title) values ('one'); insert into badges values ('gold', 1.5)`);
    const streams = { forward: pair.stream(), back: pair.back() };
    await streams.forward.copy();
    await streams.forward.start();
    expect((await cutover(moveThere(streams))).cancelled).toBeUndefined();
    await pair.service.query(`insert into teams (title) values ('two'); update badges set weight = 2`);
    expect((await cutover(moveBack(streams))).cancelled).toBeUndefined();
    for (const table of ['teams', 'badges']) expect(await rowsOf(pair.monolith, table)).toEqual(await rowsOf(pair.service, table));
    expect(await rowsOf(pair.monolith, 'teams')).toHaveLength(2);
  });

  it('cancels itself when the routes do not drain within the budget', async () => {
    const streams = await replicating();
    const routes = { ...quietRoutes(), hold: () => new Promise<never>(() => {}) };
    const report = await cutover(moveThere(streams, { routes, budgetMs: 100 }));
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_TIMEOUT' });
    expect(routes.calls).toEqual(['release']);
    await expectAsBefore(streams);
  });

  it('cancels itself when a writer does not end', async () => {
    const streams = await replicating();
    const routes = quietRoutes();
    await using writer = await openClient(pair.monolith.url);
    const hold = async () => {
      await writer.query(`begin; update users set name = 'slow' where id = 1`);
      return routes.hold();
    };
    const report = await cutover(moveThere(streams, { routes: { ...routes, hold }, lockTimeoutMs: 100 }));
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_FENCE_LOCK_TIMEOUT' });
    await writer.query('commit');
    await expectAsBefore(streams);
  });

  it('cancels itself when a row differs, and when the caller says so', async () => {
    const streams = await replicating();
    const routes = quietRoutes();
    const hold = async () => {
      await pair.monolith.query('update users set picture = null where id = 1');
      await streams.forward.mark();
      await appliedRogue(`update users set name = 'rogue' where id = 1`);
      return routes.hold();
    };
    const report = await cutover(moveThere(streams, { routes: { ...routes, hold } }));
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_DIFFERENCES', reason: expect.stringContaining('name has another value') });
    expect(report.cancelled?.reason).not.toContain('rogue');
    await pair.monolith.query(`update users set name = 'again' where id = 1`);
    await expectAsBefore(streams);
    const signal = AbortSignal.abort();
    expect((await cutover(moveThere(streams, { signal }))).cancelled).toMatchObject({ code: 'REPLICATION_ABORTED' });
    await expectAsBefore(streams);
  });

  it('cancels itself when somebody writes the new owner too early; without the check the write would reach the old owner', async () => {
    const streams = await replicating();
    const routes = quietRoutes();
    const hold = async () => {
      await pair.service.query(`begin; set local session_replication_role = replica; update users set name = 'rogue' where id = 9; commit`);
      return routes.hold();
    };
    const report = await cutover(moveThere(streams, { routes: { ...routes, hold } }));
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_ROGUE_WRITE', reason: expect.stringContaining('public.users') });
    expect(await rowsOf(pair.monolith, 'users')).not.toContainEqual(expect.stringContaining('rogue'));
    await pair.monolith.query(`update users set name = 'mended' where id = 9`);
    await expectAsBefore(streams);
  });

  it('is not begun with a dangling reference on the new owner, or another cutover in the journal', async () => {
    const streams = await replicating(`${usersTable}; ${stats}`);
    const journal = memoryJournal();
    await journal.write({ step: 'preparing', from: 'monolith', to: 'service', epoch: '1', tables: [] });
    await expect(cutover(moveThere(streams, { journal }))).rejects.toMatchObject({ code: 'REPLICATION_CUTOVER_RUNNING' });
    await cutover(moveThere(streams));
    await pair.monolith.query('insert into invoices values (7)');
    await pair.service.query('delete from users where id = 7');
    const back = await cutover(moveBack(streams));
    expect(back.cancelled).toMatchObject({ code: 'REPLICATION_DANGLING_REFERENCE', reason: expect.stringContaining('public.invoices') });
    await pair.service.query(sign('goes-on'));
  });

  it('is not begun when the way back cannot write', async () => {
    const streams = await replicating();
    await pair.monolith.query(
      'create function no() returns trigger language plpgsql as $$ begin raise exception $x$disk says no$x$; end $$',
    );
    await pair.monolith.query('create trigger no before update on users for each row execute function no()');
    await pair.monolith.query('alter table users enable always trigger no');
    const report = await cutover(moveThere(streams));
    expect(report.cancelled).toMatchObject({ code: 'REPLICATION_WAY_BACK_BROKEN', reason: expect.stringContaining('disk says no') });
    await expectAsBefore(streams);
  });

  it('proves the way back without leaving a trace', async () => {
    const streams = await replicating(`${usersTable}; ${stats}`);
    await pair.monolith.query('insert into stats select n, n from generate_series(1, 50) n');
    await streams.back.prepare();
    await streams.back.start();
    const before = await rowsOf(pair.monolith, 'stats');
    const proof = await proveWayBack(streams.back);
    expect(proof.tables).toEqual([{ table: 'public.users', rowTried: true }]);
    expect(await rowsOf(pair.monolith, 'stats')).toEqual(before);
  });

  it('is completed when the answer of the opening was lost, and an opening that comes too late is refused', async () => {
    const streams = await replicating();
    const journal = memoryJournal();
    const failing = {
      ...journal,
      write: (state: Parameters<typeof journal.write>[0]) =>
        state.step === 'flipping' ? Promise.reject(new Error('control database is gone')) : journal.write(state),
    };
    await expect(cutover(moveThere(streams, { journal: failing }))).rejects.toThrow('control database is gone');
    expect(await recoverCutover(moveThere(streams, { journal }))).toBe('completed');
    expect(await recoverCutover(moveThere(streams, { journal }))).toBe('none');
    await pair.service.query(sign('open'));
    await streams.back.mark();
    expect(await rowsOf(pair.monolith, 'users')).toEqual(await rowsOf(pair.service, 'users'));
  });
});
