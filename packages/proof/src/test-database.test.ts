import { expect, test } from 'vitest';
import { createTestDatabase } from './test-database.ts';

test('two databases of one run know nothing of each other', async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  await one.query('create table seen (id int)');
  await expect(other.query('select * from seen')).rejects.toThrow(/does not exist/);
});

test('a database can be made from a template', async () => {
  await using template = await createTestDatabase();
  await template.query('create table seen as select 7 as id');
  await using other = await createTestDatabase();
  await other.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [template.name]);
  await using copy = await createTestDatabase({ template: template.name });
  expect((await copy.query('select id from seen')).rows).toEqual([{ id: 7 }]);
});

test('a logical replication slot is no hindrance to closing', async () => {
  await using other = await createTestDatabase();
  const database = await createTestDatabase();
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [`slot_${database.name}`]);
  await database.close();
  const left = await other.query('select 1 from pg_database where datname = $1', [database.name]);
  expect(left.rowCount).toBe(0);
});
