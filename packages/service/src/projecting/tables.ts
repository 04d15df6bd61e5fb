/** The tables by which a service remembers its projections, and by which an operator or the controller asks for them. */
import type { SqlSession } from '@banyan/outbox';

/** Idempotent, however many instances start together. */
export async function installProjectionTables(session: SqlSession): Promise<void> {
  const { rows } = await session.query<{ there: boolean }>(
    `select exists (select from pg_attribute where attrelid = to_regclass('banyan.projections') and attname = 'behind') as there`,
  );
  if (rows[0]?.there !== true) await session.query(tables);
}

/** One message, and so one transaction. */
const tables = `do $install$
begin
  perform pg_advisory_xact_lock(hashtextextended('banyan.projections', 0));
  begin
    create schema if not exists banyan;
  exception when unique_violation or duplicate_schema then null;
  end;

  create table if not exists banyan.projections (
    name text primary key,
    source text not null,
    fill_asked_at timestamptz,
    filled_at timestamptz,
    keys bigint,
    check_asked_at timestamptz,
    checked_at timestamptz,
    checked bigint,
    differing bigint,
    samples jsonb not null default '[]',
    error text
  );
  alter table banyan.projections
    add column if not exists filler uuid,
    add column if not exists filling_at timestamptz,
    add column if not exists filled_up_to text collate "C",
    add column if not exists behind bigint;
  comment on column banyan.projections.behind is 'Of those that differ: how many may be equal soon.';
  comment on column banyan.projections.filler is 'Who is filling it; taken over when filling_at is old.';
  comment on column banyan.projections.filled_up_to is 'While it is filled: the last key of the pages that are in the copy.';
  comment on table banyan.projections is
    'Copies of what other services own. To fill one anew set fill_asked_at = now(), to compare it with its owner check_asked_at = now(); a running instance does it within a second.';

  create table if not exists banyan.projection_keys (
    projection text not null references banyan.projections (name) on delete cascade,
    partition_key text collate "C" not null,
    sequence bigint not null,
    primary key (projection, partition_key)
  ) with (fillfactor = 50);
  comment on table banyan.projection_keys is 'The last event of each key that is in the copy: earlier ones that come again or late change nothing.';

  create or replace function banyan.project_event(in_projection text, in_key text, in_sequence bigint) returns boolean
  language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtextextended(in_projection, 7233021));
    -- Statements of their own: they see what the one who had the lock has committed.
    if not exists (select from banyan.projections where name = in_projection and (filled_at is not null or filled_up_to >= in_key)) then
      return false;
    end if;
    insert into banyan.projection_keys as k (projection, partition_key, sequence) values (in_projection, in_key, in_sequence)
      on conflict (projection, partition_key) do update set sequence = excluded.sequence where k.sequence < excluded.sequence;
    return found;
  end $$;
  comment on function banyan.project_event is
    'True when the event is to be applied: the key is in the copy, which knows no later event of it. Before its page is there events are left out, because the snapshot has them.';
end $install$`;
