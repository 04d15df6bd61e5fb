import { on } from '@banyan/bus';
import { event } from '@banyan/contract';
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { type Messaging, startMessaging } from '@banyan/service';
import { Pool, type PoolClient } from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CopiesBarrier } from './copies-barrier.ts';
import { ServiceDatabases } from './service-databases.ts';

vi.setConfig({ testTimeout: 60_000 });

const about = { version: 1, summary: 'A book', key: 'bookId', data: z.object({ bookId: z.string() }) } as const;
const saved = event({ type: 'book.saved', ...about });
const weighed = event({ type: 'book.weighed', ...about });

let databases: readonly TestDatabase[];
let services: ServiceDatabases;
let barrier: CopiesBarrier;
let ends: (() => Promise<unknown>)[];

/** books owns what shelf keeps copies of. */
beforeEach(async () => {
  databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  const [books, shelf, log] = databases as [TestDatabase, TestDatabase, TestDatabase];
  await shelf.query(
    `create schema banyan; create table banyan.projections (source text); insert into banyan.projections values ('/shop/books')`,
  );
  services = new ServiceDatabases({ books: books.url, shelf: shelf.url });
  barrier = new CopiesBarrier({ services, eventStoreUrl: log.url, timeoutMs: 50_000 });
  ends = [() => barrier.close(), () => services.close()];
});

afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  await Promise.all(databases.map((database) => database.close()));
});

async function openTransactions(database: TestDatabase) {
  const pool = new Pool({ connectionString: database.url, max: 12 });
  pool.on('error', () => {}); // the database is dropped at the end
  ends.push(() => pool.end());
  await installOutbox(pool);
  return pgTransactions(pool);
}

/** Notes when the barrier is passed. */
function pass() {
  const passing = { isPassed: false, end: Promise.resolve() };
  passing.end = barrier.reached('shelf', ['books']).then(() => void (passing.isPassed = true));
  return passing;
}

it('knows whose events keep the copies of a service; one without copies has none', async () => {
  expect(await barrier.ownersOf('shelf')).toEqual(['books']);
  expect(await barrier.ownersOf('books')).toEqual([]);
  expect(await barrier.ownersOf('nobody')).toEqual([]);
});

it('is passed when what the owner had written is at the broker, and what the group reads of it is handled', async () => {
  const [books, shelf, log] = databases as [TestDatabase, TestDatabase, TestDatabase];
  const [owning, keeping] = [await openTransactions(books), await openTransactions(shelf)];
  const outbox = createOutbox({ transactions: owning, source: '/shop/books', publishes: [saved, weighed] });
  const write = (contract: typeof saved | typeof weighed) =>
    owning.run(async () => void outbox.publish(contract as typeof saved, { bookId: 'one' }));
  const handled = { begun: 0, mayEnd: Promise.withResolvers<void>() };
  const handlers = [
    on<PoolClient, typeof saved>(saved, async () => {
      handled.begun += 1;
      await handled.mayEnd.promise;
    }),
  ];
  const start = async (
    database: TestDatabase,
    options: Pick<Parameters<typeof startMessaging<PoolClient>>[0], 'transactions' | 'handlers'>,
  ) => {
    const messaging: Messaging = await startMessaging({ group: 'shelf', brokerUrl: log.url, databaseUrl: database.url, ...options });
    ends.push(() => messaging.stop());
  };
  await start(shelf, { transactions: keeping, handlers });
  await barrier.reached('shelf', ['books']);
  await write(saved);
  await write(weighed);
  const passing = pass();
  await barrier.ownersOf('shelf');
  expect(passing.isPassed, 'before it is sent').toBe(false);
  await start(books, { transactions: owning, handlers: [] });
  await expect.poll(() => handled.begun, { timeout: 30_000 }).toBe(1);
  await barrier.ownersOf('shelf');
  expect(passing.isPassed, 'before it is handled').toBe(false);
  handled.mayEnd.resolve();
  await passing.end;
  await write(weighed);
  await barrier.reached('shelf', ['books']);
});

it('says after its time what it waits for', async () => {
  const [books, , log] = databases as [TestDatabase, TestDatabase, TestDatabase];
  const owning = await openTransactions(books);
  const outbox = createOutbox({ transactions: owning, source: '/shop/books', publishes: [saved] });
  await owning.run(async () => void outbox.publish(saved, { bookId: 'one' }));
  const impatient = new CopiesBarrier({ services, eventStoreUrl: log.url, timeoutMs: 50 });
  ends.push(() => impatient.close());
  await expect(impatient.reached('shelf', ['books'])).rejects.toThrow('Events of "books" are not at the broker yet');
});
