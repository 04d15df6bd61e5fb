/** What tests of maintenance write and look at in its database and in the event store. */
import type { TestDatabase } from '@banyan/proof/test-database';

/** As the controller tells it. @param since text of a time; default: long ago */
export async function tellOwner(database: TestDatabase, extraction: string, owner: string, since = '2026-01-01Z'): Promise<void> {
  await database.query(`
    create schema if not exists banyan;
    create table if not exists banyan.owners (extraction text primary key, owner text not null, told_at timestamptz not null default now())`);
  await database.query(
    `insert into banyan.owners (extraction, owner, told_at) values ($1, $2, $3)
     on conflict (extraction) do update set owner = excluded.owner, told_at = excluded.told_at`,
    [extraction, owner, since],
  );
}

export interface Run {
  readonly night: string;
  readonly attempt: number;
  readonly outcome: string | null;
}

/** Of the guest's reset, oldest first. */
export async function resetRuns(database: TestDatabase): Promise<Run[]> {
  const { rows } = await database.query<Run & Record<string, unknown>>(
    `select scheduled_for::text as night, attempt, outcome from maintenance_runs where job = 'guest-reset' order by 1`,
  );
  return rows;
}

/** The nights of all resets that were told, oldest first: what the event store has, and what is still on its way there. */
export async function toldNights({
  database,
  broker,
}: {
  readonly database: TestDatabase;
  readonly broker: TestDatabase;
}): Promise<string[]> {
  const told = await broker.query<{ id: string; night: string }>(
    `select id::text, payload ->> 'scheduledFor' as night from banyan.events where type = 'user.stats.reset'`,
  );
  const waiting = await database.query<{ id: string; night: string }>(
    `select event_id::text as id, envelope::jsonb -> 'data' ->> 'scheduledFor' as night from banyan.outbox`,
  );
  return [...new Map([...told.rows, ...waiting.rows].map(({ id, night }) => [id, night])).values()].sort();
}
