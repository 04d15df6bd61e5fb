// A scratch copy holds what the source held at the snapshot, keyless tables and sequences included, and a comparison finds what is changed after.
import { afterEach, expect, it } from 'vitest';
import { createPair, type Pair } from '../testing/pair.ts';
import { compareTables } from './compare-tables.ts';
import { copySnapshot } from './copy-snapshot.ts';

let pair: Pair;
afterEach(() => pair.close());

const schema = `create table orders (id int generated always as identity primary key, note text, doubled int generated always as (length(note) * 2) stored);
  create table lines (order_id int not null references orders, at timestamp not null default now());
  create sequence tickets; create schema banyan; create table banyan.kept (id int)`;

async function filled(): Promise<Pair> {
  pair = await createPair(schema, []);
  await pair.monolith.query("insert into orders (note) select 'note ' || n from generate_series(1, 300) n");
  await pair.monolith.query("insert into lines select 7, '2026-01-02 03:04:05.678901' from generate_series(1, 3)");
  await pair.monolith.query("select setval('tickets', 41)");
  // What the target's own schema program has seeded must not stay, nor bring rows of other tables down with it.
  await pair.service.query("insert into orders (note) values ('seed'); insert into lines values (1)");
  return pair;
}

it('copies every table as it was at the snapshot, and the sequences', async () => {
  const { monolith, service } = await filled();
  const onSnapshot = async () => void (await monolith.query("insert into orders (note) values ('too late')"));
  const copied = await copySnapshot({ source: monolith.url, target: service.url, onSnapshot });
  expect(copied).toEqual({ rows: 303, tables: ['public.lines', 'public.orders'] });
  const { rows } = await service.query("insert into orders (note) values ('next') returning id, nextval('tickets') as ticket");
  expect(rows).toEqual([{ id: 302, ticket: '42' }]);
  expect((await service.query('select * from lines')).rows).toEqual((await monolith.query('select * from lines')).rows);
});

it('says which table the copy lacks', async () => {
  const { monolith, service } = await filled();
  await service.query('drop table lines');
  await expect(copySnapshot({ source: monolith.url, target: service.url })).rejects.toMatchObject({
    code: 'REPLICATION_TABLE_MISSING',
    message: expect.stringContaining('public.lines') as string,
  });
});

it('ends at once when it is cancelled', async () => {
  const { monolith, service } = await filled();
  const abort = new AbortController();
  const onSnapshot = () => Promise.resolve(abort.abort());
  await expect(copySnapshot({ source: monolith.url, target: service.url, onSnapshot, signal: abort.signal })).rejects.toMatchObject({
    code: 'REPLICATION_ABORTED',
  });
});

it('compares two databases that stand still and gives the values that differ', async () => {
  const { monolith, service } = await filled();
  const sides = { source: monolith.url, target: service.url, tables: [{ source: 'public.orders', target: 'public.orders' }] };
  await copySnapshot({ source: monolith.url, target: service.url });
  expect(await compareTables(sides)).toEqual([{ table: 'public.orders', rows: 300, differences: [], complete: true }]);
  await service.query("update orders set note = 'planted' where id = 9; delete from orders where id = 300");
  const [table] = await compareTables(sides);
  expect(table?.differences).toMatchObject([
    { key: ['300'], kind: 'missing', changes: [] },
    { key: ['9'], kind: 'changed', changes: [{ column: 'note', type: 'text', source: 'note 9', target: 'planted' }] },
  ]);
});
