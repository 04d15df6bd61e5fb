import { connect, createServer, type Server } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { freePort } from '@banyan/proof/free-port';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isConnectionLoss, isRefusedWrite, isWritable, throughConnectionLoss, waitForDatabase } from './database.ts';

let database: TestDatabase;
let doors: Server[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  for (const door of doors) door.close();
  doors = [];
  await database.close();
});

/** The database behind another port that is closed until `open` is called. */
async function closedDoor(): Promise<{ url: string; open: () => void }> {
  const behind = new URL(database.url);
  const url = new URL(database.url);
  url.port = String(await freePort());
  const open = () => {
    const door = createServer((client) => {
      const server = connect(Number(behind.port), behind.hostname);
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
      client.pipe(server).pipe(client);
    });
    doors.push(door.listen(Number(url.port), '127.0.0.1'));
  };
  return { url: url.href, open };
}

test('a database that comes up later is waited for', async () => {
  const { url, open } = await closedDoor();
  const waiting = waitForDatabase(url, { timeoutMs: 20_000 });
  setTimeout(open, 300);
  await expect(waiting).resolves.toBeUndefined();
});

test('a database that never comes is given up with the reason', async () => {
  const { url } = await closedDoor();
  await expect(waitForDatabase(url, { timeoutMs: 600 })).rejects.toMatchObject({
    code: 'SERVICE_DATABASE_UNREACHABLE',
    message: expect.stringMatching(/did not answer in 600 ms and \d attempts: .*ECONNREFUSED/),
    fix: expect.stringContaining('psql'),
  });
});

test('a database that refuses is not asked again', async () => {
  const url = new URL(database.url);
  url.pathname = '/no_such_database';
  await expect(waitForDatabase(url.href)).rejects.toMatchObject({
    code: 'SERVICE_DATABASE_REFUSED',
    message: expect.stringContaining('no_such_database'),
  });
});

test('waiting ends with its signal', async () => {
  const { url } = await closedDoor();
  const controller = new AbortController();
  const waiting = waitForDatabase(url, { signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

test('work is done again while the connection is lost, and only then', async () => {
  let tries = 0;
  const lostTwice = () => {
    tries += 1;
    return tries < 3 ? Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' })) : Promise.resolve('done');
  };
  await expect(throughConnectionLoss(lostTwice)).resolves.toBe('done');
  expect(tries).toBe(3);
  const refused = Object.assign(new Error('duplicate key'), { code: '23505' });
  let refusals = 0;
  await expect(throughConnectionLoss(() => Promise.reject((refusals += 1) && refused))).rejects.toBe(refused);
  expect(refusals).toBe(1);
});

test('it is not done again for ever', async () => {
  const lost = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  await expect(throughConnectionLoss(() => Promise.reject(lost), { withinMs: 200 })).rejects.toBe(lost);
});

test('what a real server says when it ends a connection counts as loss', async () => {
  const loss = await database.query('select pg_terminate_backend(pg_backend_pid())').catch((error: unknown) => error);
  expect(isConnectionLoss(loss)).toBe(true);
  expect(isConnectionLoss(await database.query('select 1/0').catch((error: unknown) => error))).toBe(false);
});

test('a write that a fence refuses is told apart from every other failure', () => {
  const fenced = Object.assign(new Error('owned by another program'), { code: '25006' });
  const wrapped = Object.assign(new Error('failed'), { driverError: fenced });
  expect([fenced, wrapped, new Error('25006'), { code: '23505' }, undefined].map(isRefusedWrite)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('whether a table may be written is asked within a transaction, which goes on', async () => {
  await database.query(`
    create table rows (id integer);
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'owned by another program' using errcode = '25006'; end $$`);
  const ask = async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const session = { query: (text: string, values?: readonly unknown[]) => client.query(text, values?.slice()) as never };
    await client.query('begin');
    const answer = await isWritable(session, 'rows');
    const { rows } = await client.query<{ one: number }>('select 1 as one');
    await client.end();
    return [answer, rows];
  };
  expect(await ask()).toEqual([true, [{ one: 1 }]]);
  await database.query('create trigger fence before delete on rows for each statement execute function refuse()');
  expect(await ask()).toEqual([false, [{ one: 1 }]]);
});
