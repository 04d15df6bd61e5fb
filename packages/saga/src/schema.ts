/** The tables of this package in the service's own database. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlSession } from '@banyan/outbox/transactions';

/** Where the numbered schema changes lie; they only grow. */
const directory = join(import.meta.dirname, '..', 'schema');

/**
 * Brings schema `banyan` up to date, each file once, however many do so at the same time. Call it inside a transaction, or with a session
 * of one connection: it is one transaction then.
 */
export async function installSagas(session: SqlSession): Promise<void> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  for (const file of files) {
    const number = Number.parseInt(file, 10);
    const sql = await readFile(join(directory, file), 'utf8');
    // One message is one transaction, also when none is open; the condition is why it is a block.
    await session.query(`select pg_catalog.pg_advisory_xact_lock(7233020, 2);
      create schema if not exists banyan;
      create table if not exists banyan.saga_schema_changes (number integer primary key, name text not null, applied_at timestamptz not null default now());
      do $install$ begin
        if not exists (select from banyan.saga_schema_changes where number = ${number}) then
          execute $change$${sql}$change$;
          insert into banyan.saga_schema_changes (number, name) values (${number}, '${file}');
        end if;
      end $install$`);
  }
}
