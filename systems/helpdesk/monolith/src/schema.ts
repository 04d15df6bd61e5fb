/** Program: applies what is new in prisma/migrations, each in a transaction of its own, and notes it as Prisma's own tool does. */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { readDatabaseUrl } from './environment.ts';

const folder = new URL('../prisma/migrations/', import.meta.url);
/** Prisma's own lock, which keeps two runs at once from getting in each other's way. */
const lockKey = 72_707_369;

const ledger = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;

try {
  const applied = await applySchema(readDatabaseUrl());
  process.stdout.write(`The schema is up to date (${applied} of ${names().length} changes were new).\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function applySchema(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'helpdesk schema', options: '-c TimeZone=UTC' });
  await client.connect().catch((cause: unknown) => {
    throw new Error(`PostgreSQL at ${describeAddress(databaseUrl)} cannot be reached: ${reasonOf(cause)}`, { cause });
  });
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    await client.query(`SET client_min_messages = warning; ${ledger}`);
    const { rows } = await client.query<{ name: string }>(
      'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const missing = names().filter((name) => !rows.some((row) => row.name === name));
    for (const name of missing) await apply(client, name);
    return missing.length;
  } finally {
    await client.end();
  }
}

function names(): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function apply(client: Client, name: string): Promise<void> {
  const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8');
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, clock_timestamp(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`prisma/migrations/${name} was refused, nothing of it was done: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof DatabaseError) return cause.message;
  const { code, message } = cause as { code?: string; message?: string };
  return message || code || String(cause);
}

/** Without what is secret in it. */
function describeAddress(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
