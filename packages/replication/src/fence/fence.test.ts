// The fence refuses whom it must and lets pass whom it must, with the naive fences beside it.
import { afterEach, describe, expect, it } from 'vitest';
import { withSession } from '../postgres/session.ts';
import { textToLsn } from '../postgres/lsn.ts';
import { createPair, type Pair, rowsOf, usersTable } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { fence, unfence } from './close-fence.ts';
import { installFence, readFence, removeFence } from './fence.ts';

let pair: Pair;
afterEach(() => pair.close());

const family =
  'create table parent (id int primary key); create table child (id int primary key, parent_id int references parent on delete cascade)';

async function fenced(schema: string, tables: readonly string[]): Promise<void> {
  pair = await createPair(schema, tables);
  await withSession(pair.monolith.url, 'test', (session) => installFence(session, tables));
}

describe('putting the fence on', () => {
  it('gives way to writers again and again while a long one is in front; a plain CREATE TRIGGER makes all of them wait', async () => {
    pair = await createPair(usersTable, ['public.users']);
    const long = await openClient(pair.monolith.url);
    await long.query(`begin; insert into users (google_id, email, name) values ('long', 'long', 'long')`);
    const writeWithin = `set statement_timeout = '2s'; insert into users (google_id, email, name) values ('x' || random(), 'x' || random(), 'x'); reset statement_timeout`;

    const naive = await openClient(pair.monolith.url);
    await naive.query('create function naive() returns trigger language plpgsql as $$ begin return null; end $$');
    const waiting = naive.query('create trigger naive before insert on users for each statement execute function naive()');
    waiting.catch(() => {}); // ended below, while it still waits
    await waitUntilSomebodyWaits(long);
    await expect(pair.monolith.query(writeWithin)).rejects.toMatchObject({ code: '57014' });
    await pair.monolith.query(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'create trigger naive%'`);

    const installing = withSession(pair.monolith.url, 'test', (session) => installFence(session, ['public.users']));
    await waitUntilSomebodyWaits(long);
    for (let round = 0; round < 5; round += 1) await pair.monolith.query(writeWithin);
    await long.query('commit');
    await installing;
    expect(await withSession(pair.monolith.url, 'test', (session) => readFence(session, ['public.users']))).toMatchObject([
      { closed: false },
    ]);
    await long.end();
  });
});

/** Asked from inside the transaction that stands in the way. */
async function waitUntilSomebodyWaits(client: { query(text: string): Promise<{ rows: { count: string }[] }> }): Promise<void> {
  for (;;) {
    const found = await client.query(
      'select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
    );
    if (Number(found.rows[0]?.count) > 0) return;
  }
}

describe('the fence', () => {
  it('refuses every direct write, TRUNCATE included, and lets readers and appliers pass', async () => {
    await fenced(usersTable, ['public.users']);
    const write = `insert into users (google_id, email, name) values ('a', 'a', 'a')`;
    await pair.monolith.query(write);
    await fence(pair.monolith.url, { tables: ['public.users'] });
    for (const statement of [
      write,
      'update users set name = name',
      'delete from users',
      'truncate users',
      'delete from users where false',
    ]) {
      await expect(pair.monolith.query(statement)).rejects.toMatchObject({ code: '25006' });
    }
    expect(await rowsOf(pair.monolith, 'users')).toHaveLength(1);
    await pair.monolith.query(`begin; set local session_replication_role = replica; update users set name = 'applied'; commit`);
    await unfence(pair.monolith.url, { tables: ['public.users'], epoch: 1n });
    await pair.monolith.query(`update users set name = 'open'`);
  });

  it('is gone, with its trigger and its row, once it is removed', async () => {
    await fenced(usersTable, ['public.users']);
    await fence(pair.monolith.url, { tables: ['public.users'] });
    const left = await withSession(pair.monolith.url, 'test', async (session) => {
      await removeFence(session, ['public.users']);
      return readFence(session, ['public.users']);
    });
    expect(left).toEqual([]);
    await pair.monolith.query(`insert into users (google_id, email, name) values ('a', 'a', 'a')`);
    expect(await rowsOf(pair.monolith, 'users')).toHaveLength(1);
  });

  it('lets a cascade from a table that stays pass; a fence without pg_trigger_depth refuses it', async () => {
    await fenced(family, ['public.child']);
    await pair.monolith.query('insert into parent values (1), (2); insert into child values (1, 1), (2, 2)');
    await fence(pair.monolith.url, { tables: ['public.child'] });
    await expect(pair.monolith.query('delete from child')).rejects.toMatchObject({ code: '25006' });
    await pair.monolith.query('delete from parent where id = 1');
    expect(await rowsOf(pair.monolith, 'child')).toEqual(['(2,2)']);
    await pair.monolith.query('create trigger naive before delete on child for each statement execute function banyan.refuse_write()');
    await expect(pair.monolith.query('delete from parent where id = 2')).rejects.toMatchObject({ code: '25006' });
  });

  it('refuses a transaction whose snapshot is older than the fence; a fence that looks up a row lets it write', async () => {
    await fenced('create table t (id int primary key); create table naive (id int primary key); create table switch (closed bool)', [
      'public.t',
    ]);
    await pair.monolith.query(`insert into switch values (false); create function look() returns trigger language plpgsql as $$ begin
      if (select closed from switch) then raise exception 'closed'; end if; return new; end $$;
      create trigger look before insert on naive for each row execute function look()`);
    await using old = await openClient(pair.monolith.url);
    await old.query('begin isolation level repeatable read; select 1 from switch');
    await fence(pair.monolith.url, { tables: ['public.t'] });
    await pair.monolith.query('update switch set closed = true');
    await old.query('insert into naive values (1)'); // the write that would have been lost
    await expect(old.query('insert into t values (1)')).rejects.toMatchObject({ code: '25006' });
  });

  it('puts its mark behind a late writer, where a position read before the lock lies in front of it', async () => {
    await fenced('create table t (id int primary key)', ['public.t']);
    const stream = pair.stream();
    await stream.copy();
    await stream.start();
    await using late = await openClient(pair.monolith.url);
    await late.query('begin; insert into t values (1)');
    const read = async () =>
      textToLsn((await pair.monolith.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')).rows[0]?.lsn ?? '0/0');
    const naive = await read();
    const marked = stream.expectMark('behind-the-fence', { timeoutMs: 10_000 });
    const closing = fence(pair.monolith.url, { tables: ['public.t'], lockTimeoutMs: 10_000, mark: 'behind-the-fence' });
    const waiting = `select 1 from pg_locks where not granted and mode = 'ShareRowExclusiveLock' and database = (select oid from pg_database where datname = current_database())`;
    await expect.poll(async () => (await pair.monolith.query(waiting)).rows.length).toBe(1);
    await stream.mark(); // everything up to the naive position is applied now, the late row is not
    expect(textToLsn(stream.status().positionLsn ?? '0/0')).toBeGreaterThanOrEqual(naive);
    expect(await rowsOf(pair.service, 't')).toEqual([]);
    await late.query('commit');
    expect((await closing).lockWaitMs).toBeGreaterThan(0);
    await marked;
    expect(await rowsOf(pair.service, 't')).toEqual(['(1)']);
  });

  it('gives up on a writer that does not end, and says so', async () => {
    await fenced('create table t (id int primary key)', ['public.t']);
    await using writer = await openClient(pair.monolith.url);
    await writer.query('begin; insert into t values (1)');
    const closing = fence(pair.monolith.url, { tables: ['public.t'], lockTimeoutMs: 100 });
    await expect(closing).rejects.toMatchObject({ code: 'REPLICATION_FENCE_LOCK_TIMEOUT' });
    await writer.query('commit');
    await pair.monolith.query('insert into t values (2)');
  });

  it('opens only under a newer epoch', async () => {
    await fenced('create table t (id int primary key)', ['public.t']);
    await fence(pair.monolith.url, { tables: ['public.t'] });
    await unfence(pair.monolith.url, { tables: ['public.t'], epoch: 5n });
    await fence(pair.monolith.url, { tables: ['public.t'] });
    await expect(unfence(pair.monolith.url, { tables: ['public.t'], epoch: 5n })).rejects.toMatchObject({
      code: 'REPLICATION_EPOCH_STALE',
    });
    const states = await withSession(pair.monolith.url, 'test', (session) => readFence(session, ['public.t']));
    expect(states).toEqual([{ table: 'public.t', epoch: 5n, closed: true }]);
  });

  it('names tables that have none', async () => {
    await fenced('create table t (id int primary key); create table u (id int primary key)', ['public.t']);
    await expect(fence(pair.monolith.url, { tables: ['public.u'] })).rejects.toMatchObject({ code: 'REPLICATION_FENCE_MISSING' });
  });

  it('stands on the target from the copy on', async () => {
    pair = await createPair('create table t (id int primary key)', ['public.t']);
    await pair.stream().copy();
    await expect(pair.service.query('insert into t values (1)')).rejects.toMatchObject({ code: '25006' });
  });
});
