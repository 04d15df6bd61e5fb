import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue } from './errors.ts';

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'banyan-start-'));
});
afterAll(() => rm(directory, { recursive: true }));

const database = 'postgresql://nobody@127.0.0.1:1/none';
const good = {
  port: 0,
  token: 'a-token-that-is-long-enough',
  controlDatabaseUrl: database,
  system: join(import.meta.dirname, 'testing/small-system/banyan.config.ts'),
  programs: { monolith: { url: 'http://127.0.0.1:1', databaseUrl: database } },
  gateways: [{ adminUrl: 'http://127.0.0.1:1', adminToken: 'x' }],
};

/** Starts the program and waits for its end. */
async function start(configuration: unknown): Promise<{ code: number; stderr: string }> {
  const file = join(directory, 'controller.json');
  await writeFile(file, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  return run({ CONTROLLER_CONFIG: file });
}

function run(environment: Record<string, string>): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [entry],
      { env: { PATH: process.env['PATH'], ...environment }, timeout: 20_000 },
      (error, _stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr });
      },
    );
  });
}

describe('the controller program, started wrongly', () => {
  it.each([
    ['a configuration that is not JSON', '{', 'CONTROLLER_CONFIG_INVALID', 'not JSON'],
    ['a short token', { ...good, token: 'short' }, 'CONTROLLER_CONFIG_INVALID', 'token'],
    ['no gateway', { ...good, gateways: [] }, 'CONTROLLER_CONFIG_INVALID', 'gateways'],
    ['a database URL that is none', { ...good, controlDatabaseUrl: 'mysql://x' }, 'CONTROLLER_CONFIG_INVALID', 'controlDatabaseUrl'],
    [
      'a broker without an event store to archive into',
      { ...good, brokerUrl: 'amqp://127.0.0.1' },
      'CONTROLLER_CONFIG_INVALID',
      'eventStoreUrl',
    ],
    ['an unknown setting', { ...good, verifyEvery: 1 }, 'CONTROLLER_CONFIG_INVALID', 'verifyEvery'],
    ['a system that is not there', { ...good, system: '/nowhere/banyan.config.ts' }, 'MIGRATION_FILE_MISSING', '/nowhere'],
  ])('says what is wrong and what to do, without a stack: %s', async (_what, configuration, code, text) => {
    const result = await start(configuration);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`^${code}: .*\\nNext: .+\\n$`));
    expect(result.stderr).toContain(text);
  });

  it('says that it has no configuration', async () => {
    expect(await run({})).toMatchObject({ code: 1, stderr: expect.stringContaining('CONTROLLER_CONFIG_MISSING') as string });
  });

  it('says that its port is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.listen(0, '127.0.0.1', resolve);
    });
    const { port } = holder.address() as AddressInfo;
    expect((await start({ ...good, port })).stderr).toContain(`CONTROLLER_PORT_TAKEN: Port ${port} is in use.`);
    holder.close();
  });

  it('the README lists exactly the codes of the catalogue, with their meaning', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(CONTROLLER_[A-Z_]+)` \| (.+?) \|$/gm)].map((it) => [it[1], it[2]]);
    expect(rows).toEqual(Object.entries(errorCatalogue).map(([code, { meaning }]) => [code, meaning]));
  });
});
