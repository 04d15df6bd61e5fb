/** Program: applies the numbered scripts in schema/, all in one transaction. Running it again changes nothing. */
import { readFile, readdir } from 'node:fs/promises';
import { Client, DatabaseError } from 'pg';
import { sessionOptions } from './database/database-options.ts';
import { type PostgresAddress, readPostgresAddress } from './environment.ts';

const folder = new URL('../schema/', import.meta.url);
/** Any number will do; it keeps two runs at once from getting in each other's way. */
const lockKey = 7_361_000_419;

try {
  const address = readPostgresAddress();
  const scripts = await applySchema(address);
  process.stdout.write(`Schema of ${describeAddress(address)} is up to date (${scripts} scripts).\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function applySchema(address: PostgresAddress): Promise<number> {
  const client = new Client({ ...address, application_name: 'node-learn schema', options: sessionOptions });
  await client.connect().catch((cause: unknown) => {
    throw new Error(explainConnection(address, cause), { cause });
  });
  try {
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    await client.query('SET LOCAL client_min_messages = warning');
    for (const script of scripts) await applyScript(client, script);
    await client.query('COMMIT');
    return scripts.length;
  } finally {
    await client.end();
  }
}

async function applyScript(client: Client, script: string): Promise<void> {
  const sql = await readFile(new URL(script, folder), 'utf8');
  await client.query(sql).catch((cause: unknown) => {
    throw new Error(`schema/${script} was refused, nothing was changed: ${describeRefusal(cause, sql)}`, { cause });
  });
}

function describeRefusal(cause: unknown, sql: string): string {
  if (!(cause instanceof DatabaseError)) return String(cause);
  const line = cause.position === undefined ? '' : ` (line ${sql.slice(0, Number(cause.position)).split('\n').length})`;
  return `${cause.message}${line}`;
}

function explainConnection(address: PostgresAddress, cause: unknown): string {
  const { host, port, database, user } = address;
  const code = (cause as { code?: string }).code ?? '';
  if (code === '3D000')
    return `There is no database "${database}" on ${host}:${port}. Create it: createdb -h ${host} -p ${port} -U ${user} ${database}`;
  if (code === '28P01') return `PostgreSQL on ${host}:${port} refuses the password of "${user}". Set POSTGRES_PASSWORD.`;
  if (code === '28000') return `PostgreSQL on ${host}:${port} does not let "${user}" in. Set POSTGRES_USER.`;
  const reason = code || (cause instanceof Error ? cause.message : String(cause));
  return `PostgreSQL on ${host}:${port} cannot be reached (${reason}). Start it, or set POSTGRES_HOST and POSTGRES_PORT.`;
}

function describeAddress({ host, port, database }: PostgresAddress): string {
  return `${database} on ${host}:${port}`;
}
