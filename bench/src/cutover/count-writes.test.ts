// The count at the end of the cutover benchmark, on planted faults.
import { createTestDatabase } from '@banyan/proof/test-database';
import { afterEach, expect, it } from 'vitest';
import { countWrites } from './count-writes.ts';

let close: () => Promise<void>;
afterEach(() => close());

it('tells lost from doubled writes, in rows and in counters', async () => {
  const database = await createTestDatabase();
  close = () => database.close();
  await database.query(
    'create table moved_orders (id serial primary key, token bigint); create table moved_accounts (id int primary key, writes int)',
  );
  await database.query('insert into moved_orders (token) values (2), (4), (6); insert into moved_accounts values (1, 3), (2, 0)');
  const counts = [[1, 3]] as const;
  expect(await countWrites(database.url, { tokens: [2, 4, 6], counts })).toEqual({ acknowledged: 6, lost: 0, doubled: 0 });
  await database.query('delete from moved_orders where token = 2; update moved_accounts set writes = 1 where id = 1');
  expect(await countWrites(database.url, { tokens: [2, 4, 6], counts })).toEqual({ acknowledged: 6, lost: 3, doubled: 0 });
  await database.query('insert into moved_orders (token) values (2), (4), (9); update moved_accounts set writes = 4 where id = 1');
  expect(await countWrites(database.url, { tokens: [2, 4, 6], counts })).toEqual({ acknowledged: 6, lost: 0, doubled: 3 });
});
