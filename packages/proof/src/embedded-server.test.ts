import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedServer } from './embedded-server.ts';
import { isAlive } from './postgres/leftovers.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'proof-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function ask(url: string, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

test('the server is ready for logical replication, listens on the loopback only, and wants a password', async () => {
  await using server = await startEmbeddedServer({ fsync: false });
  const names = ['wal_level', 'max_wal_senders', 'max_replication_slots', 'listen_addresses', 'TimeZone'];
  const settings = await Promise.all(names.map((name) => ask(server.url, `show ${name}`)));
  expect(settings.flat(2)).toEqual(['logical', '64', '64', '127.0.0.1', 'UTC']);
  await expect(ask(server.url.replace(server.password, 'wrong'), 'select 1')).rejects.toThrow(/password authentication failed/);
});

test('a restart keeps port and rows, also after a crash', async () => {
  await using server = await startEmbeddedServer();
  await ask(server.url, 'create table kept as select 7 as id');
  const { pid, port } = server;
  for (const mode of ['fast', 'immediate'] as const) {
    await server.restart(mode);
    expect(await ask(server.url, 'select id from kept')).toEqual([[7]]);
  }
  expect(server.port).toBe(port);
  expect(server.pid).not.toBe(pid);
});

test('a persistent cluster comes back with its rows, a temporary one leaves no files', async () => {
  const directory = join(folder, 'cluster');
  const first = await startEmbeddedServer({ directory, fsync: false });
  await ask(first.url, 'create table kept as select 7 as id');
  await first.stop();
  const second = await startEmbeddedServer({ directory, fsync: false });
  expect(await ask(second.url, 'select id from kept')).toEqual([[7]]);
  await second.stop();
  rmSync(directory, { recursive: true });
  const third = await startEmbeddedServer({ directory, fsync: false });
  await expect(ask(third.url, 'select id from kept'), 'whoever removes the folder removes the cluster, wherever it lies').rejects.toThrow(
    'does not exist',
  );
  await third.stop();
  rmSync(third.directory, { recursive: true, force: true });
  const temporary = await startEmbeddedServer({ fsync: false });
  await temporary.stop();
  expect(existsSync(temporary.directory)).toBe(false);
});

test('a server that ends by itself is reported and can be brought back', async () => {
  let report = () => {};
  const reported = new Promise<void>((resolve) => (report = resolve));
  await using server = await startEmbeddedServer({ fsync: false, onUnexpectedExit: () => report() });
  process.kill(server.pid, 'SIGQUIT');
  await reported;
  await server.restart();
  expect(await ask(server.url, 'select 1')).toEqual([[1]]);
});

test('a port that is taken is said with the words of the server', async () => {
  await using server = await startEmbeddedServer({ fsync: false });
  await expect(startEmbeddedServer({ fsync: false, port: server.port })).rejects.toThrow(/Address already in use/);
});

test('what a killed process left running is ended by the next start', async () => {
  const { child, pid, directory } = await startElsewhere();
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(isAlive(pid)).toBe(true);
  await using _next = await startEmbeddedServer({ fsync: false });
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(directory)).toBe(false);
});

async function startElsewhere(): Promise<{ child: ChildProcess; pid: number; directory: string }> {
  const module = new URL('embedded-server.ts', import.meta.url).href;
  const program = `const { startEmbeddedServer } = await import('${module}');
    const { pid, directory } = await startEmbeddedServer({ fsync: false }); process.send({ pid, directory }); setInterval(() => {}, 1000);`;
  writeFileSync(join(folder, 'elsewhere.mjs'), program);
  const child = fork(join(folder, 'elsewhere.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const told = await new Promise<{ pid: number; directory: string }>((resolve) =>
    child.once('message', (message) => resolve(message as never)),
  );
  return { child, ...told };
}
