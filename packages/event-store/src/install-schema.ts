/** Brings the tables of one part of the log up to date: numbered .sql files, each once, in order, however many programs start together. */
import { readdir, readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { EventStoreError } from './errors.ts';
import { report } from './report.ts';

/**
 * Applies the files of the folder (`001-event-log.sql`, `002-…`) that the database has not taken, all in one transaction.
 * @param part whose files they are; kept with their number in `banyan.schema_parts`.
 * @throws EventStoreError EVENT_STORE_SCHEMA_FAILED
 */
export async function installSchema(client: ClientBase, part: string, folder: URL): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).toSorted();
  try {
    if ((await numberOf(client, part)) >= files.length) return;
    await client.query('begin');
    await client.query("select pg_advisory_xact_lock(hashtextextended('banyan.schema_parts', 0))");
    await client.query(bookkeeping);
    const missing = files.slice(await numberOf(client, part));
    for (const name of missing) await client.query(await readFile(new URL(name, folder), 'utf8'));
    await client.query(
      'insert into banyan.schema_parts (part, number) values ($1, $2) on conflict (part) do update set number = greatest(schema_parts.number, excluded.number)',
      [part, files.length],
    );
    await client.query('commit');
    if (missing.length > 0)
      report('info', 'event-store.schema.applied', 'Tables of the log were brought up to date', { part, applied: missing });
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection is gone, and the transaction with it
    throw new EventStoreError(
      'EVENT_STORE_SCHEMA_FAILED',
      `The tables of ${part} were not brought up to date: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

/** Other packages create the same schema in databases that they share with the log, perhaps at this moment. */
const bookkeeping = `
  do $$ begin
    if to_regnamespace('banyan') is null then create schema banyan; end if;
  exception when unique_violation or duplicate_schema then null;
  end $$;
  create table if not exists banyan.schema_parts (part text primary key, number integer not null)`;

async function numberOf(client: ClientBase, part: string): Promise<number> {
  const known = await client.query<{ known: boolean }>("select to_regclass('banyan.schema_parts') is not null as known");
  if (known.rows[0]?.known !== true) return 0;
  const found = await client.query<{ number: number }>('select number from banyan.schema_parts where part = $1', [part]);
  return found.rows[0]?.number ?? 0;
}
