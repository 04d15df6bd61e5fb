// The published ways to lose or bend rows while following, each with the naive version shown to fail.
import { afterEach, describe, expect, it } from 'vitest';
import { createPair, type Pair, rowsOf } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { openWire } from '../testing/wire.ts';
import type { ReplicationStream, StreamOptions } from './options.ts';

let pair: Pair;
afterEach(() => pair.close());

async function following(
  schema: string,
  tables: readonly string[],
  options: Partial<StreamOptions> = {},
  serviceSchema?: string,
): Promise<ReplicationStream> {
  pair = await createPair(schema, tables, serviceSchema);
  const stream = pair.stream(options);
  await stream.copy();
  await stream.start();
  return stream;
}

async function expectEqual(stream: ReplicationStream, table: string): Promise<void> {
  await stream.mark();
  expect(await rowsOf(pair.service, table)).toEqual(await rowsOf(pair.monolith, table));
}

describe('following', () => {
  it('keeps a transaction that began before and committed after another', async () => {
    const stream = await following('create table t (id int primary key, v text)', ['public.t']);
    const wire = await openWire(pair.monolith, pair.name, 't');
    await using early = await openClient(pair.monolith.url);
    await early.query(`begin; insert into t values (1, 'began first')`);
    await pair.monolith.query(`insert into t values (2, 'committed first')`);
    await early.query('commit');
    await expectEqual(stream, 't');
    const inserts = (await wire.peek()).filter(({ message }) => message.kind === 'insert');
    expect(inserts.map(({ message }) => message.kind === 'insert' && message.row[0])).toEqual(['2', '1']);
    expect(inserts[1]?.xid).toBeLessThan(inserts[0]?.xid ?? 0); // naive: "skip what is not newer than the last one applied" would skip it
  });

  it('keeps a large value that was not sent, and finds it in the old row under REPLICA IDENTITY FULL', async () => {
    const schema = `create table t (id int primary key, v text, big text); create table f (id int primary key, v text, big text);
      alter table t alter big set storage external; alter table f alter big set storage external; alter table f replica identity full`;
    const stream = await following(schema, ['public.t', 'public.f']);
    const wire = await openWire(pair.monolith, pair.name, 't, f');
    for (const table of ['t', 'f']) {
      await pair.monolith.query(`insert into ${table} values (1, 'a', repeat('x', 20000)), (2, 'a', repeat('y', 20000))`);
      await stream.mark();
      await pair.monolith.query(`update ${table} set v = 'b' where id = 1`);
      await pair.monolith.query(
        `update ${table} set v = 'c' where id = 2; update ${table} set big = repeat('z', 20000) where id = 2; update ${table} set v = 'd' where id = 2`,
      );
      await expectEqual(stream, table);
    }
    const updates = (await wire.peek()).map(({ message }) => message).filter((message) => message.kind === 'update');
    expect(updates[0]?.row[2]).toBeUndefined(); // naive: writing what came would write NULL
  });

  it('inserts into GENERATED ALWAYS AS IDENTITY and never sets it', async () => {
    const schema = 'create table t (id int primary key generated always as identity, v text)';
    const stream = await following(schema, ['public.t']);
    await pair.monolith.query(`insert into t (v) values ('a'), ('b'); update t set v = 'c' where id = 1`);
    await expectEqual(stream, 't');
    await pair.monolith.query(`insert into t (v) values ('d'); update t set v = 'e' where id = 3`);
    await expectEqual(stream, 't');
    await pair.service.query('alter table t disable trigger banyan_fence');
    await expect(pair.service.query(`insert into t (id, v) values (9, 'naive')`)).rejects.toMatchObject({ code: '428C9' });
  });

  it('follows a changed key as one row, its large value included', async () => {
    const stream = await following(`create table t (id int primary key, v text, big text); alter table t alter big set storage external`, [
      'public.t',
    ]);
    const wire = await openWire(pair.monolith, pair.name, 't');
    await pair.monolith.query(`insert into t values (1, 'a', repeat('x', 20000))`);
    await stream.mark();
    await pair.monolith.query('update t set id = 7 where id = 1');
    await expectEqual(stream, 't');
    const update = (await wire.peek()).map(({ message }) => message).find((message) => message.kind === 'update');
    expect(update?.row[0]).toBe('7'); // naive: an upsert of this row leaves row 1 behind
    expect(update?.old?.[0]).toBe('1');
  });

  it('passes values through unread: microseconds, big numbers, json, bytes, intervals', async () => {
    const schema = `create table t (id int primary key, at timestamptz, bare timestamp, big bigint, exact numeric, doc json, binary_doc jsonb, bytes bytea,
      span interval, words text[], ratio float8, flag bool, day date, place inet, mask bit(3), fixed char(5))`;
    const insert = (
      id: number,
    ) => `insert into t values (${id}, '2024-02-29 23:59:59.123456+05:30', '2024-02-29 23:59:59.654321', 9223372036854775807, 1234567890.123456789000,
      '{"b": 1,  "a": 1.50}', '{"a": 12345678901234567890}', '\\x00ff', '1 mon 2 days 03:04:05.000006', '{"a,b",NULL,"\\"q\\""}', 0.1::float8 + 0.2,
      true, '0044-03-15 BC', '10.0.0.0/8', '101', 'ab')`;
    const stream = await following(schema, ['public.t']);
    await pair.monolith.query(insert(1));
    await expectEqual(stream, 't');
    await stream.copy();
    await stream.start();
    await pair.monolith.query(insert(2));
    await expectEqual(stream, 't');
    const parsed = await pair.monolith.query<{ at: Date; text: string }>('select at, at::text as text from t where id = 1');
    expect(parsed.rows[0]?.text).toContain('.123456');
    expect(parsed.rows[0]?.at.toISOString()).toContain('.123Z'); // naive: what pg parses has lost the microseconds
  });

  it('leaves generated columns to the target', async () => {
    const schema = 'create table t (id int primary key, v int, twice int generated always as (v * 2) stored)';
    const stream = await following(schema, ['public.t']);
    await pair.monolith.query('insert into t values (1, 2); update t set v = 5 where id = 1');
    await expectEqual(stream, 't');
    await pair.service.query('alter table t disable trigger banyan_fence');
    await expect(pair.service.query('insert into t (id, v, twice) values (9, 1, 2)')).rejects.toMatchObject({ code: '428C9' });
  });

  it('applies a swap of unique values in one transaction', async () => {
    const schema = 'create table t (id int primary key, place text unique)';
    const stream = await following(schema, ['public.t']);
    await pair.monolith.query(`insert into t values (1, 'a'), (2, 'b')`);
    await stream.mark();
    const swap = `update t set place = 'tmp' where id = 1; update t set place = 'a' where id = 2; update t set place = 'b' where id = 1`;
    await pair.monolith.query(`begin; ${swap}; commit`);
    await expectEqual(stream, 't');
    await pair.service.query('alter table t disable trigger banyan_fence');
    const naive = `update t set place = v.place from (values (1, 'a'), (2, 'b')) as v(id, place) where t.id = v.id`;
    await expect(pair.service.query(naive)).rejects.toMatchObject({ code: '23505' }); // the last state per key, as one statement
  });

  it('keeps delete and insert of one key in one transaction', async () => {
    const stream = await following('create table t (id int primary key, place text unique)', ['public.t']);
    await pair.monolith.query(`insert into t values (1, 'a'), (2, 'b')`);
    await pair.monolith.query(
      `begin; delete from t where id = 1; insert into t values (3, 'a'); insert into t values (1, 'c'); update t set place = 'd' where id = 3; commit`,
    );
    await expectEqual(stream, 't');
  });

  it('follows TRUNCATE', async () => {
    const stream = await following('create table t (id int primary key)', ['public.t']);
    await pair.monolith.query('insert into t select generate_series(1, 10)');
    await pair.monolith.query('begin; insert into t values (11); truncate t; insert into t values (12); commit');
    await expectEqual(stream, 't');
    expect(await rowsOf(pair.service, 't')).toEqual(['(12)']);
  });

  it('shows a transaction larger than a batch as a whole or not at all', async () => {
    const stream = await following('create table t (id int primary key, v int)', ['public.t'], {
      limits: { batchRows: 100, readAheadBytes: 20_000 },
    });
    const seen = new Set<number>();
    const state = { done: false };
    const watch = (async () => {
      while (!state.done) seen.add((await pair.service.query<{ n: number }>('select count(*)::int as n from t')).rows[0]?.n ?? -1);
    })();
    await pair.monolith.query('begin; insert into t select n, 0 from generate_series(1, 5000) n; update t set v = 1; commit');
    await stream.mark();
    state.done = true;
    await watch;
    expect([...seen].filter((count) => count !== 0 && count !== 5_000)).toEqual([]);
    await expectEqual(stream, 't');
  });

  it('acknowledges on an idle table, so that the slot does not keep the log of others', async () => {
    const stream = await following('create table t (id int primary key); create table other (id int)', ['public.t'], {
      limits: { heartbeatMs: 100 },
    });
    const confirmed = async () =>
      (
        await pair.monolith.query<{ lsn: string }>(
          'select confirmed_flush_lsn - $2::pg_lsn as lsn from pg_replication_slots where slot_name = $1',
          [`banyan_${stream.name}`, '0/0'],
        )
      ).rows[0]?.lsn;
    const before = BigInt((await confirmed()) ?? 0);
    await pair.monolith.query('insert into other select generate_series(1, 20000)');
    await expect.poll(async () => BigInt((await confirmed()) ?? 0) - before, { timeout: 15_000 }).toBeGreaterThan(1_000_000n);
  });

  it('carries composite keys with enums, and quoted names', async () => {
    const schema = `create type public.mood as enum ('good', 'bad'); create table "Odd Table" ("The Key" uuid, mood public.mood, "Select" text, primary key ("The Key", mood))`;
    const stream = await following(schema, ['public.Odd Table']);
    const uuid = '00000000-0000-0000-0000-000000000001';
    await pair.monolith.query(
      `insert into "Odd Table" values ('${uuid}', 'good', 'a'), ('${uuid}', 'bad', 'b'); update "Odd Table" set "Select" = 'c' where mood = 'bad'`,
    );
    await expectEqual(stream, '"Odd Table"');
    await pair.monolith.query(`delete from "Odd Table" where mood = 'good'`);
    await expectEqual(stream, '"Odd Table"');
  });

  it('tells onApplied every change in source order, inside the transaction of the rows', async () => {
    const seen: string[] = [];
    const schema = 'create table t (id int primary key, v text); create table log (line text)';
    const stream = await following(schema, ['public.t'], {
      onApplied: async (session, changes) => {
        for (const change of changes) {
          seen.push(`${change.operation} ${change.key['id']} ${change.row?.['v'] ?? ''}`);
          await session.query('insert into public.log values ($1)', [`${change.commitLsn}/${change.ordinal}`]);
        }
      },
    });
    await pair.monolith.query(`begin; insert into t values (1, 'a'); update t set v = 'b'; delete from t; commit`);
    await stream.mark();
    expect(seen).toEqual(['insert 1 a', 'update 1 b', 'delete 1 ']);
    expect(await rowsOf(pair.service, 'log')).toHaveLength(3);
  });

  it('refuses to go on when the source has a column the target lacks, and goes on when it has', async () => {
    const stream = await following('create table t (id int primary key)', ['public.t']);
    await pair.monolith.query(`alter table t add v text default 'x'; insert into t values (1, 'y')`);
    await expect(stream.mark()).rejects.toMatchObject({ code: 'REPLICATION_SCHEMA_CHANGED' });
    expect(stream.status()).toMatchObject({ state: 'failed', lastError: { code: 'REPLICATION_SCHEMA_CHANGED' } });
    await stream.stop();
    await pair.service.query(`alter table t add v text default 'x'`);
    await stream.start();
    await expectEqual(stream, 't');
  });
});
