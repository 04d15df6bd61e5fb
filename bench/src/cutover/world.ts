/** Everything a cutover happens in: one PostgreSQL with two databases, the program of each, the gateway in front, the writers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGatewayClient } from '@banyan/gateway';
import { startEmbeddedServer, type EmbeddedServer } from '@banyan/proof/embedded-server';
import { freePort } from '@banyan/proof/free-port';
import { startProgram } from '@banyan/proof/program';
import { Client } from 'pg';
import { createGatewayRoutes, type GatewayRoutes } from './gateway-routes.ts';
import { startLoad, type Load } from './load-driver.ts';
import { groups, type SideName } from './names.ts';

export interface World {
  /** Where clients write to. */
  readonly port: number;
  readonly databases: Readonly<Record<SideName, string>>;
  /** The database of the cutover's journal. */
  readonly controlDatabase: string;
  readonly routes: GatewayRoutes;
  readonly load: Load;
  close(): Promise<void>;
}

const adminToken = 'only-for-this-benchmark';
const accounts = 1_000;

export async function startWorld(): Promise<World> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  const leave = (): void => process.exit(130); // programs are ended on exit, which a bare signal would skip
  process.once('SIGINT', leave).once('SIGTERM', leave);
  closers.push(() => process.off('SIGINT', leave).off('SIGTERM', leave));
  try {
    const server = await startEmbeddedServer({ fsync: true });
    closers.push(() => server.stop());
    const databases = { monolith: await createSide(server, 'monolith'), service: await createSide(server, 'service') };
    const controlDatabase = await createDatabase(server, 'control', 'create table journal (only_one boolean primary key, state text)');
    const upstreams = {
      monolith: await startOwner('monolith', databases.monolith, closers),
      service: await startOwner('service', databases.service, closers),
    };
    const { port, adminUrl } = await startGateway(upstreams.monolith, closers);
    const routes = createGatewayRoutes(createGatewayClient({ adminUrl, adminToken }), upstreams);
    await routes.point('moved', 'monolith');
    const load = startLoad();
    closers.push(() => load.close());
    return { port, databases, controlDatabase, routes, load, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs `work` in a session of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function createSide(server: EmbeddedServer, name: SideName): Promise<string> {
  const tables = groups.map(
    (group) => `create table ${group}_orders (id serial primary key, token bigint not null, made_at timestamptz not null default now());
      create table ${group}_accounts (id int primary key, writes int not null);
      insert into ${group}_accounts select n, 0 from generate_series(1, ${accounts}) n;`,
  );
  return createDatabase(server, name, tables.join('\n'));
}

async function createDatabase(server: EmbeddedServer, name: string, schema: string): Promise<string> {
  await withClient(server.url, (client) => client.query(`create database ${name}`));
  const url = server.databaseUrl(name);
  await withClient(url, (client) => client.query(schema));
  return url;
}

async function startOwner(name: SideName, databaseUrl: string, closers: (() => unknown)[]): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const entry = fileURLToPath(new URL('owner-program.js', import.meta.url));
  const environment = { OWNER: name, PORT: new URL(url).port, DATABASE_URL: databaseUrl };
  const program = await startProgram({ name, entry, environment, readyUrl: url });
  closers.push(() => program.stop());
  return url;
}

async function startGateway(monolithUrl: string, closers: (() => unknown)[]): Promise<{ port: number; adminUrl: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cutover-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const [port, adminPort] = [await freePort(), await freePort()];
  const config = join(folder, 'gateway.json');
  const settings = { port, adminPort, adminToken, workers: 2, statePath: join(folder, 'routes.json'), monolithUrl, accessLog: 'off' };
  writeFileSync(config, JSON.stringify(settings));
  const entry = fileURLToPath(import.meta.resolve('@banyan/gateway/main'));
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const program = await startProgram({ name: 'gateway', entry, environment: { GATEWAY_CONFIG: config }, readyUrl: `${adminUrl}/health` });
  closers.push(() => program.stop());
  return { port, adminUrl };
}
