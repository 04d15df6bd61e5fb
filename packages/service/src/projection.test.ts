import { event, type EventData } from '@banyan/contract';
import { createOutbox, installOutbox, pgTransactions, type Transactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { Pool, type PoolClient } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Messaging, startMessaging } from './messaging.ts';
import { defineProjection, projected, type Projection } from './projection.ts';
import { type RunningProjections, startProjections } from './projections.ts';
import { findCopy } from './copies.ts';
import { readSnapshotPage } from './snapshot.ts';

const saved = event({
  type: 'book.saved',
  version: 1,
  summary: 'A book is as told',
  key: 'bookId',
  data: z.object({ bookId: z.string(), title: z.string() }),
});
const gone = event({ type: 'book.gone', version: 1, summary: 'A book is no more', key: 'bookId', data: z.object({ bookId: z.string() }) });
const source = '/shop/books';
const booksAsRows = `select id as key, json_build_object('bookId', id, 'title', title) as data from books`;

let open: (() => Promise<unknown>)[] = [];
let owner: Side;
let copy: Side;
let broker: TestDatabase;

interface Side {
  readonly database: TestDatabase;
  readonly transactions: Transactions<PoolClient>;
}

beforeEach(async () => {
  [owner, copy, broker] = await Promise.all([startSide(), startSide(), createTestDatabase()]);
  open.unshift(() => broker.close());
});

afterEach(async () => {
  for (const close of open.toReversed()) await close();
  open = [];
});

async function startSide(): Promise<Side> {
  const database = await createTestDatabase();
  const pool = new Pool({ connectionString: database.url, max: 12 });
  pool.on('error', () => {}); // the database is dropped at the end
  await installOutbox(pool);
  await database.query('create table books (id text primary key, title text not null)');
  open.push(() => database.close());
  open.push(() => pool.end());
  return { database, transactions: pgTransactions(pool) };
}

/** The owner's program: writes books and tells it. */
function books() {
  const outbox = createOutbox({ transactions: owner.transactions, source, publishes: [saved, gone] });
  return {
    save: (bookId: string, title: string) =>
      owner.transactions.run(async ({ session }) => {
        await session.query('insert into books values ($1, $2) on conflict (id) do update set title = excluded.title', [bookId, title]);
        outbox.publish(saved, { bookId, title });
      }),
    remove: (bookId: string) =>
      owner.transactions.run(async ({ session }) => {
        await session.query('delete from books where id = $1', [bookId]);
        outbox.publish(gone, { bookId });
      }),
  };
}

function project({ pageLimit = 7, hasEvents = true, beforePage = async () => {} } = {}): Projection<PoolClient> {
  const put = async (client: PoolClient, { bookId, title }: EventData<typeof saved>) =>
    void (await client.query('insert into books values ($1, $2) on conflict (id) do update set title = excluded.title', [bookId, title]));
  const remove = async (client: PoolClient, bookId: string) => void (await client.query('delete from books where id = $1', [bookId]));
  return defineProjection(copy.transactions, {
    name: 'books',
    source,
    readPage: async (after) => {
      await beforePage();
      return owner.transactions.run(({ session }) => readSnapshotPage(session, { rows: booksAsRows, source, after, limit: pageLimit }));
    },
    data: saved.data,
    rows: booksAsRows,
    put: async (client, entries) => {
      for (const { data } of entries) await put(client, data);
    },
    remove,
    events: hasEvents
      ? [
          projected(saved, (client: PoolClient, { data }) => put(client, data)),
          projected(gone, (client: PoolClient, { data }) => remove(client, data.bookId)),
        ]
      : [],
  });
}

async function start(projection: Projection<PoolClient>): Promise<void> {
  const projections: RunningProjections = await startProjections(copy.transactions, [projection]);
  const parts: Messaging[] = [];
  for (const [side, handlers] of [
    [owner, []],
    [copy, projection.handlers],
  ] as const) {
    const { transactions, database } = side;
    parts.push(
      await startMessaging({ group: 'copy', brokerUrl: broker.url, databaseUrl: database.url, transactions, handlers: [...handlers] }),
    );
  }
  open.push(async () => {
    await projections.stop();
    for (const part of parts) await part.stop();
  });
}

test('a copy that is filled while its owner goes on writing ends equal to it', async () => {
  const { save, remove } = books();
  for (let id = 0; id < 30; id += 1) await save(`old-${id}`, 'before anybody listened');
  const projection = project();
  await start(projection);
  const writing = Array.from({ length: 4 }, async (_, writer) => {
    for (let round = 0; round < 60; round += 1) {
      const id = `${round % 2 === 0 ? 'old' : 'new'}-${(round * 7 + writer) % 30}`;
      await (round % 5 === 4 ? remove(id) : save(id, `${writer}/${round}`));
    }
  });
  for (let times = 0; times < 3; times += 1) await projection.fill();
  await Promise.all(writing);
  expect(await projection.compare()).toEqual({ checked: await count(owner), differing: 0, behind: 0, samples: [] });
});

test('while it is filled for the first time, events of pages that are there are applied, and of pages to come left out', async () => {
  const { save, remove } = books();
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await save(id, 'first');
  const atPage = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const goOn = Promise.withResolvers<void>();
  let pages = 0;
  const projection = project({
    pageLimit: 2,
    beforePage: async () => {
      pages += 1;
      if (pages === 2) {
        atPage[0]!.resolve();
        await goOn.promise;
      }
    },
  });
  await start(projection);
  const filled = projection.fill();
  await atPage[0]!.promise;
  expect(await projection.fill()).toBeUndefined(); // another instance does not begin meanwhile
  await Promise.all([save('a', 'second'), save('aa', 'new'), remove('b'), save('e', 'second')]);
  goOn.resolve();
  expect(await filled).toBe(6);
  const rows = async () =>
    (await copy.database.query('select id, title from books order by id')).rows.map(({ id, title }) => `${id} ${title}`);
  await expect.poll(rows).toEqual(['a second', 'aa new', 'c first', 'd first', 'e second', 'f first']);
  expect(await projection.compare()).toMatchObject({ differing: 0 });
});

test('what is asked while it is filled is done afterwards', async () => {
  const { save } = books();
  await save('a', 'first');
  let isAskedAgain = false;
  const projection: Projection<PoolClient> = project({
    beforePage: async () => {
      if (isAskedAgain) return;
      isAskedAgain = true;
      await copy.database.query('update banyan.projections set fill_asked_at = clock_timestamp(), filled_at = null');
    },
  });
  await start(projection);
  await copy.database.query('update banyan.projections set fill_asked_at = now()');
  const row = async () => (await copy.database.query('select fill_asked_at, filled_at, filler from banyan.projections')).rows[0];
  await expect.poll(row).toMatchObject({ fill_asked_at: null, filled_at: expect.any(Date) as Date, filler: null });
});

test('before it is filled nothing is applied, and the snapshot has all of it', async () => {
  const { save } = books();
  const projection = project();
  await start(projection);
  await save('one', 'first');
  await expect.poll(() => copy.database.query('select from banyan.inbox').then(({ rows }) => rows.length)).toBe(1);
  expect(await count(copy)).toBe(0);
  expect(await projection.fill()).toBe(1);
  await save('one', 'second');
  await expect.poll(async () => (await copy.database.query('select title from books')).rows).toEqual([{ title: 'second' }]);
});

test('what is asked by a row is done: fill, then compare, which names a planted difference without its value', async () => {
  const { save } = books();
  for (const id of ['kept', 'changed', 'lost']) await save(id, 'a title');
  const projection = project();
  await start({ ...projection, compare: () => projection.compare({ withinMs: 500 }) });
  await copy.database.query('update banyan.projections set fill_asked_at = now()');
  const row = async () => (await copy.database.query('select * from banyan.projections')).rows[0];
  await expect.poll(row).toMatchObject({ fill_asked_at: null, keys: '3', error: null });
  await copy.database.query(
    `update books set title = 'another' where id = 'changed'; delete from books where id = 'lost'; insert into books values ('added', 'x')`,
  );
  await copy.database.query('update banyan.projections set check_asked_at = now()');
  await expect.poll(row, { timeout: 60_000 }).toMatchObject({ check_asked_at: null, checked: '3', differing: '3', behind: '2' });
  const { samples } = (await row()) as { samples: { key: string; what: string }[] };
  expect(Object.fromEntries(samples.map(({ key, what }) => [key, what]))).toEqual({
    added: 'the owner does not have it',
    changed: 'at event 1 these fields differ: title',
    lost: 'it is missing here',
  });
});

test('a copy is shown as its owner shows what it is of, page by page', async () => {
  const { save } = books();
  for (const id of ['one', 'two', 'three']) await save(id, 'a title');
  await save('two', 'another');
  const projection = project();
  await start(projection);
  await projection.fill();
  const shown = (after: string) => findCopy([projection], 'books', new URLSearchParams({ after }));
  const [one, three, two] = ['one', 'three', 'two'].map((bookId) => ({ key: bookId, sequence: '1', data: { bookId, title: 'a title' } }));
  expect(await shown('')).toEqual({ entries: [one, three, { ...two, sequence: '2', data: { bookId: 'two', title: 'another' } }] });
  expect(await shown('three')).toMatchObject({ entries: [{ key: 'two' }] });
  expect(await findCopy([projection], 'films', new URLSearchParams())).toBeUndefined();
});

test('a copy that no event keeps is filled anew before it is compared', async () => {
  const { save, remove } = books();
  await save('kept', 'a title');
  await save('gone', 'a title');
  await start(project({ hasEvents: false }));
  await copy.database.query('update banyan.projections set fill_asked_at = now()');
  await expect.poll(() => count(copy)).toBe(2);
  await remove('gone');
  await save('new', 'a title');
  await copy.database.query('update banyan.projections set check_asked_at = now()');
  const row = async () => (await copy.database.query('select * from banyan.projections')).rows[0];
  await expect.poll(row, { timeout: 60_000 }).toMatchObject({ check_asked_at: null, keys: '2', checked: '2', differing: '0' });
  expect((await copy.database.query('select id from books order by id')).rows).toEqual([{ id: 'kept' }, { id: 'new' }]);
});

test('an owner that cannot be asked is said so in the row, and the fill is made when it can', async () => {
  let isAway = true;
  const projection = project();
  await start({ ...projection, fill: () => (isAway ? Promise.reject(new Error('connect ECONNREFUSED')) : projection.fill()) });
  await copy.database.query('update banyan.projections set fill_asked_at = now()');
  const row = async () => (await copy.database.query('select * from banyan.projections')).rows[0];
  await expect.poll(row).toMatchObject({ error: 'connect ECONNREFUSED', filled_at: null });
  isAway = false;
  await expect.poll(row).toMatchObject({ error: null, filled_at: expect.any(Date) as Date });
});

async function count({ database }: Side): Promise<number> {
  return (await database.query('select from books')).rowCount ?? 0;
}
