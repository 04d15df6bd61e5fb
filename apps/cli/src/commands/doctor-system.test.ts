/** What the doctor says of a system whose monolith is attached: everything that is in the way, each with what mends it. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedServer, startEmbeddedServer } from '@banyan/proof/embedded-server';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachedPrograms, requireAnswer, requireDatabase } from '../running/attached-programs.ts';
import { locateSystem } from '../running/locate-system.ts';
import { checkSystem } from './doctor-system.ts';

let folder: string;
let postgres: EmbeddedServer;
let shop: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-doctor-'));
  symlinkSync(join(import.meta.dirname, '../../../../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'migration.ts'),
    `export default { system: 'shop', extractions: [{ name: 'orders', service: 'orders', tables: [
      { source: 'sales.orders', target: 'public.orders' }, { source: 'sales.lines', target: 'public.lines' },
      { source: 'sales.gone', target: 'public.gone' }] }] };`,
  );
  shop = createServer((request, response) => response.writeHead(request.url === '/health' ? 200 : 404).end());
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  postgres = await startEmbeddedServer({ fsync: false, settings: ['wal_level=replica'] });
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create role shop_owner; create role banyan login password 'pw'; create schema sales authorization shop_owner;
    set role shop_owner; create table sales.orders (id int primary key); create table sales.lines (text text); reset role`);
  await admin.end();
});
afterAll(async () => {
  await new Promise((resolve) => shop.close(resolve));
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Each configuration is a file of its own: one that was loaded stays loaded. */
function describeShop(name: string, change: { url?: string; databaseUrl?: string; readyPath?: string } = {}): string {
  const databaseUrl = `postgres://banyan:pw@127.0.0.1:${postgres.port}/postgres`;
  const monolith = {
    role: 'monolith',
    url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}`,
    readyPath: '/health',
    databaseUrl,
    ...change,
  };
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { attached, defineSystem } from '@banyan/migration/system';
    export default defineSystem({ name: 'shop', title: 'Shop', migration: './migration.ts', programs: {
      shop: attached(${JSON.stringify(monolith)}),
      orders: { role: 'service', directory: '.', entry: 'main.js', database: 'orders', readyPath: '/', environment: () => ({}) } } });`,
  );
  return file;
}

test('everything that is missing is said at once, with the statement that mends it', async () => {
  const checks = await checkSystem(describeShop('unfit'));
  expect(checks.filter(({ ok }) => ok).map(({ found }) => found)).toEqual([
    'Shop: orders',
    expect.stringContaining('answers at'),
    'its database can be used',
  ]);
  const failed = checks.filter(({ ok }) => !ok).map(({ found, fix }) => `${found} ${fix}`);
  expect(failed).toEqual([
    expect.stringMatching(/^wal_level is replica\. ALTER SYSTEM SET wal_level = 'logical'/),
    'role banyan may not replicate. ALTER ROLE banyan REPLICATION;',
    'role banyan may not create schema banyan. GRANT CREATE ON DATABASE postgres TO banyan;',
    expect.stringMatching(/GRANT EXECUTE ON FUNCTION pg_replication_origin_create\(text\), .* TO banyan;$/),
    expect.stringMatching(/GRANT SET ON PARAMETER session_replication_role TO banyan;$/),
    expect.stringMatching(/sales\.orders.* \(and 1 more like it\) GRANT shop_owner TO banyan;$/),
    expect.stringMatching(/^sales\.lines has no key .* ALTER TABLE sales\.lines ADD PRIMARY KEY/),
    expect.stringMatching(/^table sales\.gone does not exist\. Correct its name/),
  ]);
});

const nobody = 'http://127.0.0.1:2';
test.each([
  [
    'away',
    { url: nobody },
    /^The monolith "shop" does not answer at http:\/\/127\.0\.0\.1:2\/health \(ECONNREFUSED\)\.$/,
    /Start shop as you always do/,
  ],
  ['elsewhere', { readyPath: '/nowhere' }, /answers 404 at .*\/nowhere/, /programs\.shop\.readyPath/],
])('a monolith that is %s', async (name, change, message, fix) => {
  const checks = await checkSystem(describeShop(name, change));
  expect(checks.find(({ ok }) => !ok)).toMatchObject({ found: expect.stringMatching(message), fix: expect.stringMatching(fix) });
});

test.each([
  [
    'is down',
    () => 'postgres://banyan:secret@127.0.0.1:1/shop',
    /cannot be used: 127\.0\.0\.1:1\/shop as banyan \(ECONNREFUSED\)/,
    /Start that PostgreSQL/,
  ],
  ['is not there', () => `postgres://banyan:pw@127.0.0.1:${postgres.port}/shop`, /database "shop" does not exist/, /Create what it names/],
  [
    'refuses',
    () => `postgres://banyan:secret@127.0.0.1:${postgres.port}/postgres`,
    /password authentication failed/,
    /or correct programs\.shop\.databaseUrl/,
  ],
])('a database that %s', async (name, databaseUrl, message, fix) => {
  const checks = await checkSystem(describeShop(name.replaceAll(' ', '-'), { databaseUrl: databaseUrl() }));
  const failed = checks.find(({ ok }) => !ok);
  expect(failed).toMatchObject({ found: expect.stringMatching(message), fix: expect.stringMatching(fix) });
  expect(JSON.stringify(checks)).not.toContain('secret');
});

test('an address that is missing is named with its place', async () => {
  const file = describeShop('unset', { databaseUrl: '' });
  expect(await checkSystem(file)).toMatchObject([
    { ok: false, found: expect.stringContaining('unset.ts: programs.shop.attached.databaseUrl') },
  ]);
});

test('a start meets what is attached in the same words', async () => {
  const { definition } = await locateSystem(
    describeShop('start', { url: nobody, databaseUrl: 'postgres://banyan:secret@127.0.0.1:1/shop' }),
  );
  const [program] = attachedPrograms(definition);
  if (program === undefined) throw new Error('Nothing is attached.');
  await expect(requireAnswer(program)).rejects.toMatchObject({ code: 'CLI_ATTACHED_AWAY' });
  await expect(requireDatabase(program)).rejects.toMatchObject({ code: 'CLI_DATABASE_AWAY' });
});
