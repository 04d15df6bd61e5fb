/** Brings the tables and functions of outbox and inbox into a database: each numbered file once, however many programs start together. */
import { readdir, readFile } from 'node:fs/promises';
import type { SqlSession } from './transactions.ts';

const directory = new URL('../schema/', import.meta.url);

/** Idempotent. The session may be a pool: nothing depends on two statements meeting the same connection. Needs the right to create the schema `banyan`. */
export async function installOutbox(session: SqlSession): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^\d{3}-.+\.sql$/.test(name)).sort();
  if ((await installedCount(session)) >= names.length) return;
  for (const name of names) await session.query(onceStatement(name, await readFile(new URL(name, directory), 'utf8')));
}

async function installedCount(session: SqlSession): Promise<number> {
  const there = await session.query<{ there: boolean }>("select to_regclass('banyan.outbox_schema') is not null as there");
  if (there.rows[0]?.there !== true) return 0;
  const counted = await session.query<{ count: number }>('select count(*)::integer as count from banyan.outbox_schema');
  return counted.rows[0]?.count ?? 0;
}

/** One message, and so one transaction. Other packages create the same schema under locks of their own: whoever comes second takes it as it is. */
function onceStatement(name: string, sql: string): string {
  return `do $install$
begin
  perform pg_advisory_xact_lock(hashtextextended('banyan.outbox_schema', 0));
  begin
    create schema if not exists banyan;
  exception when unique_violation or duplicate_schema then null;
  end;
  create table if not exists banyan.outbox_schema (name text primary key, applied_at timestamptz not null default clock_timestamp());
  comment on table banyan.outbox_schema is 'Schema files of outbox and inbox that this database has taken.';
  if not exists (select from banyan.outbox_schema where name = '${name}') then
    execute $file$${sql}$file$;
    insert into banyan.outbox_schema (name) values ('${name}');
  end if;
end $install$`;
}
