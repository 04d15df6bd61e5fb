/** Applies numbered .sql files to a database: each once, in order, whole or not at all, however many instances start together. */
import { Client } from 'pg';
import { crashPoint } from './crash-points.ts';
import { ServiceError } from './errors.ts';
import { report } from './report.ts';
import { readSchemaFiles, type SchemaFile } from './schema-files/read.ts';

export interface SchemaReport {
  /** Names of the files applied by this call. */
  readonly applied: readonly string[];
  /** Changes the database has and the folder does not: a newer version of the service was here. */
  readonly unknown: readonly string[];
}

/** Most instances wait for the lock no longer than this, since the one that holds it applies all changes. */
const lockTimeoutMs = 60_000;

/**
 * Brings the database up to the last file of the folder (`001-users.sql`, `002-…`). Each file runs in a transaction of its own
 * together with its record in `banyan.schema_changes`, under an advisory lock.
 * Throws SERVICE_SCHEMA_INVALID, SERVICE_SCHEMA_CHANGED when an applied file differs, SERVICE_SCHEMA_FAILED.
 */
export async function applySchemaChanges(databaseUrl: string, directory: string): Promise<SchemaReport> {
  const files = await readSchemaFiles(directory);
  const client = new Client({ connectionString: databaseUrl, application_name: 'banyan schema changes', options: '-c timezone=UTC' });
  client.on('error', (error) =>
    report('warn', 'service.database.lost', 'The connection for schema changes ended', { reason: error.message }),
  );
  await client.connect();
  try {
    const applied: string[] = [];
    for (const file of files) if (await applyOnce(client, file)) applied.push(file.name);
    const known = await recorded(client);
    const unknown = known.filter((change) => change.number > files.length).map((change) => change.name);
    if (applied.length > 0) report('info', 'service.schema.applied', 'Schema changes were applied', { applied });
    if (unknown.length > 0) report('warn', 'service.schema.newer', 'The database has changes of a newer version', { unknown });
    return { applied, unknown };
  } finally {
    await client.end();
  }
}

/** True when this call applied the file, false when it was there already. */
async function applyOnce(client: Client, file: SchemaFile): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
    await client.query("select pg_advisory_xact_lock(hashtextextended('banyan.schema_changes', 0))");
    await client.query(bookkeeping);
    const before = (await recorded(client)).find((change) => change.number === file.number);
    if (before !== undefined) refuseDifference(before, file);
    else {
      await client.query(file.sql);
      await client.query('insert into banyan.schema_changes (number, name, checksum) values ($1, $2, $3)', [
        file.number,
        file.name,
        file.checksum,
      ]);
      crashPoint('service.schema.before-commit');
    }
    await client.query('commit');
    if (before === undefined) crashPoint('service.schema.applied');
    return before === undefined;
  } catch (error) {
    await client
      .query('rollback')
      .catch((lost: Error) => report('warn', 'service.database.lost', 'A rollback was not heard', { reason: lost.message }));
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('SERVICE_SCHEMA_FAILED', `${file.name} was refused: ${(error as Error).message}.`, { cause: error });
  }
}

const bookkeeping = `
  create schema if not exists banyan;
  create table if not exists banyan.schema_changes (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`;

interface Change {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

async function recorded(client: Client): Promise<Change[]> {
  const there = await client.query<{ there: boolean }>("select to_regclass('banyan.schema_changes') is not null as there");
  if (there.rows[0]?.there !== true) return [];
  return (await client.query<Change>('select number, name, checksum from banyan.schema_changes order by number')).rows;
}

function refuseDifference(before: Change, file: SchemaFile): void {
  if (before.checksum === file.checksum) return;
  const seen = `the database took ${before.name} with checksum ${before.checksum.slice(0, 12)}, the file has ${file.checksum.slice(0, 12)}`;
  throw new ServiceError('SERVICE_SCHEMA_CHANGED', `${file.name} has changed since: ${seen}.`);
}
