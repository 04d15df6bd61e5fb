import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { extraction } from '../definition.ts';
import { planMigration } from '../plan.ts';
import { castOf } from './cast.ts';
import { makeCopies } from './copies.ts';
import { inDatabase } from './in-database.ts';
import { dropScratches } from './scratch-databases.ts';

const users = 'create table users (id int primary key);';
const ofService = `${users} create table refs (id int primary key); create table to_check (id int primary key);`;

let monolith: TestDatabase;
let service: TestDatabase;
beforeEach(async () => {
  [monolith, service] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await monolith.query(`${users} insert into users values (1), (2)`);
  await service.query(`${ofService} insert into users values (1); insert into refs values (7); insert into to_check values (8)`);
});
afterEach(async () => {
  await dropScratches([monolith.url, service.url]);
  await Promise.all([monolith.close(), service.close()]);
});

function copy(pendingWork: readonly string[]) {
  const tables = [{ source: 'public.users', target: 'public.users' }];
  const plan = planMigration(
    { system: 'school', extractions: [extraction('users', { service: 'auth', tables, pendingWork })] },
    { programs: { auth: { role: 'service' } } },
  );
  return makeCopies({
    cast: castOf(plan, 'users', () => 'canary'),
    monolith: 'monolith',
    databaseUrls: { monolith: monolith.url, auth: service.url },
    withPartner: false,
    makeTables: (program, url) => inDatabase(url, async (client) => void (await client.query(program === 'auth' ? ofService : users))),
    onPosition: async () => {},
    signal: new AbortController().signal,
  });
}

it("fills a service's moved tables from the monolith, its others from itself, and leaves its pending work out", async () => {
  const copies = await copy(['public.to_check']);
  const counts = await inDatabase(copies.service, async (client) => {
    const { rows } = await client.query(
      'select (select count(*)::int from users) as users, (select count(*)::int from refs) as refs, (select count(*)::int from to_check) as work',
    );
    return rows[0];
  });
  expect(counts).toEqual({ users: 2, refs: 1, work: 0 });
});

it('says so when the service has no such table', async () => {
  await expect(copy(['public.to_chek'])).rejects.toMatchObject({ code: 'MIGRATION_REHEARSAL_IMPOSSIBLE' });
});
