import { event } from '@banyan/contract';
import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rowEvent } from '../definition.ts';
import type { RowsToEvents } from '../definition.ts';
import { watchEvents } from './compare-events.ts';
import type { EventWatch } from './compare-events.ts';
import { Samples } from './samples.ts';

const visited = event({ type: 'user.visited', version: 1, summary: 'A user came.', key: 'userId', data: z.object({ userId: z.string() }) });
const events: RowsToEvents = (changes) =>
  Promise.resolve(changes.filter((it) => it.operation === 'update').map((it) => rowEvent(visited, { userId: it.key['id'] ?? '' }, it)));

let [monolith, service, idle] = [] as unknown as [TestDatabase, TestDatabase, TestDatabase];
let watch: EventWatch;
const samples = () => new Samples();
beforeEach(async () => {
  [monolith, service, idle] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  for (const database of [monolith, service, idle])
    await database.query('create table users (id int primary key, visits int not null default 0); insert into users values (1), (2)');
});
afterEach(async () => {
  await watch.close();
  await Promise.all([monolith, service, idle].map((database) => database.close()));
});

const outbox = 'create schema banyan; create table banyan.outbox (position bigserial, partition_key text not null, type text not null)';

async function begin(found: Samples): Promise<void> {
  const tables = [{ source: 'public.users', target: 'public.users' }];
  watch = await watchEvents({ tables, events, monolith: monolith.url, service: service.url, idle: idle.url, samples: found });
}

async function write(user: number, published: readonly number[]): Promise<void> {
  await monolith.query('update users set visits = visits + 1 where id = $1', [user]);
  for (const key of published) {
    await service.query("insert into banyan.outbox (partition_key, type) values ($1, 'user.visited')", [String(key)]);
    await service.query('delete from banyan.outbox'); // as the relay does once it has published
  }
  await watch.settled();
}

describe('the events of a rehearsal', () => {
  it('are those that the rows of the monolith tell, each write its own', async () => {
    await service.query(outbox);
    const found = samples();
    await begin(found);
    for (const user of [1, 1, 2, 1]) await write(user, [user]);
    expect(await watch.compare()).toEqual({ events: { expected: 4, published: 4, differing: 0 }, rules: [] });
    expect(found.list()).toEqual([]);
  });

  it('differ when one is missing, doubled, or of another key', async () => {
    await service.query(outbox);
    const found = samples();
    await begin(found);
    await write(1, []);
    await write(1, [1, 1, 1]);
    await write(2, [1]);
    expect((await watch.compare()).events).toEqual({ expected: 3, published: 4, differing: 3 });
    expect(found.list()).toMatchObject([
      { of: 'event', where: 'user.visited', kind: 'extra', count: 2 },
      { of: 'event', where: 'user.visited', kind: 'missing', count: 1 },
    ]);
  });

  it('of a write that the service does at once are the first of each key', async () => {
    await service.query(outbox);
    await begin(samples());
    for (const tellsOnce of [false, true]) {
      await monolith.query('update users set visits = 7 where id = 1');
      await monolith.query('update users set visits = 8');
      for (const key of ['1', '2'])
        await service.query("insert into banyan.outbox (partition_key, type) values ($1, 'user.visited')", [key]);
      await watch.settled({ tellsOnce });
    }
    expect((await watch.compare()).events).toEqual({ expected: 5, published: 4, differing: 1 });
  });

  it('of types that no row tells are named, and not compared', async () => {
    await service.query(outbox);
    const found = samples();
    await begin(found);
    await write(1, [1]);
    await service.query("insert into banyan.outbox (partition_key, type) values ('1', 'visit.checked'), ('1', 'visit.checked')");
    const { events: counted, rules } = await watch.compare();
    expect(counted).toEqual({ expected: 1, published: 1, differing: 0 });
    expect(rules).toEqual([expect.stringContaining('visit.checked is told by the service alone')]);
    expect(found.list()).toEqual([]);
  });

  it('all differ when the service has no outbox', async () => {
    const found = samples();
    await begin(found);
    await write(1, []);
    expect((await watch.compare()).events).toEqual({ expected: 1, published: 0, differing: 1 });
  });
});
