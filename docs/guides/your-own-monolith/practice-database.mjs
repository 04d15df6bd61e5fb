// node practice-database.mjs <folder> <port>: a PostgreSQL to practise on, from npm, with a database and a role for the tool shed.
// Its superuser's address goes into <folder>/admin-url, for its owner's eyes only. Ends with Ctrl-C and keeps its files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { Client } from 'pg';

const [folder, port] = process.argv.slice(2);
const server = await startEmbeddedServer({ directory: join(folder, 'postgres'), port: Number(port), persistent: true });
const admin = new Client({ connectionString: server.url });
await admin.connect();
const { rows } = await admin.query("select 1 from pg_roles where rolname = 'toolshed'");
if (rows.length === 0) {
  await admin.query("create role toolshed login password 'toolshed'");
  await admin.query('create database toolshed owner toolshed');
}
await admin.end();
writeFileSync(join(folder, 'admin-url'), server.databaseUrl('toolshed'), { mode: 0o600 });
console.log(`PostgreSQL listens on port ${server.port}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void server.stop().then(() => process.exit(0)));
