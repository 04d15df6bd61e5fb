import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applySchemaChanges } from './schema-changes.ts';

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase();
  directory = mkdtempSync(join(tmpdir(), 'schema-'));
});

afterEach(async () => {
  rmSync(directory, { recursive: true });
  await database.close();
});

function write(name: string, sql: string): void {
  writeFileSync(join(directory, name), sql);
}

async function takenNames(): Promise<string[]> {
  return (await database.query<{ name: string }>('select name from banyan.schema_changes order by number')).rows.map((row) => row.name);
}

test('changes are applied in order and once', async () => {
  write('002-second.sql', 'alter table things add column more text');
  write('001-first.sql', 'create table things (id integer primary key)');
  expect(await applySchemaChanges(database.url, directory)).toEqual({ applied: ['001-first.sql', '002-second.sql'], unknown: [] });
  expect(await applySchemaChanges(database.url, directory)).toEqual({ applied: [], unknown: [] });
  write('003-third.sql', 'create index on things (more); insert into things values (1)');
  expect(await applySchemaChanges(database.url, directory)).toEqual({ applied: ['003-third.sql'], unknown: [] });
  expect(await takenNames()).toEqual(['001-first.sql', '002-second.sql', '003-third.sql']);
});

test('eight instances that start together apply each change exactly once', async () => {
  write('001-first.sql', 'create table counts (n integer); insert into counts values (0); select pg_sleep(0.05)');
  for (const number of [2, 3, 4]) write(`00${number}-more.sql`, 'update counts set n = n + 1');
  const reports = await Promise.all(Array.from({ length: 8 }, () => applySchemaChanges(database.url, directory)));
  expect(reports.flatMap((report) => report.applied).toSorted()).toEqual(['001-first.sql', '002-more.sql', '003-more.sql', '004-more.sql']);
  expect((await database.query('select n from counts')).rows).toEqual([{ n: 3 }]);
});

test('a change that fails leaves nothing of itself, and the corrected file goes on from there', async () => {
  write('001-first.sql', 'create table things (id integer)');
  write('002-second.sql', 'create table others (id integer); select no_such_function()');
  await expect(applySchemaChanges(database.url, directory)).rejects.toMatchObject({
    code: 'SERVICE_SCHEMA_FAILED',
    message: expect.stringContaining('002-second.sql was refused: function no_such_function() does not exist'),
  });
  expect(await takenNames()).toEqual(['001-first.sql']);
  expect((await database.query("select to_regclass('others') as there")).rows).toEqual([{ there: null }]);
  write('002-second.sql', 'create table others (id integer)');
  expect((await applySchemaChanges(database.url, directory)).applied).toEqual(['002-second.sql']);
});

test('a file that changed after it was applied is refused before anything else happens', async () => {
  write('001-first.sql', 'create table things (id integer)');
  await applySchemaChanges(database.url, directory);
  write('001-first.sql', 'create table things (id bigint)');
  write('002-second.sql', 'create table others (id integer)');
  await expect(applySchemaChanges(database.url, directory)).rejects.toMatchObject({ code: 'SERVICE_SCHEMA_CHANGED' });
  expect(await takenNames()).toEqual(['001-first.sql']);
});

test('an older version of the service starts on a newer database, and says so', async () => {
  write('001-first.sql', 'select 1');
  write('002-newer.sql', 'select 1');
  await applySchemaChanges(database.url, directory);
  rmSync(join(directory, '002-newer.sql'));
  expect(await applySchemaChanges(database.url, directory)).toEqual({ applied: [], unknown: ['002-newer.sql'] });
});

test.each([
  ['a gap', ['001-a.sql', '003-b.sql'], '003-b.sql stands where the change 002 should be'],
  ['a number twice', ['001-a.sql', '001-b.sql'], '001-b.sql stands where the change 002 should be'],
  ['no number', ['users.sql'], 'users.sql stands where the change 001 should be'],
])('%s in the numbers is refused', async (_what, names, problem) => {
  for (const name of names) write(name, 'select 1');
  await expect(applySchemaChanges(database.url, directory)).rejects.toMatchObject({
    code: 'SERVICE_SCHEMA_INVALID',
    message: expect.stringContaining(problem),
  });
});

test('a folder that is not there is refused', async () => {
  await expect(applySchemaChanges(database.url, join(directory, 'nowhere'))).rejects.toMatchObject({ code: 'SERVICE_SCHEMA_INVALID' });
});
