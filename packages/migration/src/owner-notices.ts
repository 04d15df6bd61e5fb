/** Tells services which side owns what an extraction moves, in their own databases, so that they read it in the transaction that depends on it. */

import { Client } from 'pg';
import { crashPoint } from './crash-points.ts';
import type { PlannedExtraction } from './plan.ts';

export interface OwnerNotices {
  /** Writes the owner (a program's name) into the database of every service that the extraction tells, or only of some. May be repeated. */
  tell(extraction: PlannedExtraction, owner: string, isMeant?: (service: string) => boolean): Promise<void>;
}

/** @param databaseUrls of the services, by program name */
export function createOwnerNotices(databaseUrls: Readonly<Record<string, string>>): OwnerNotices {
  return {
    tell: async (extraction, owner, isMeant = () => true) => {
      const told = extraction.tells.filter(isMeant);
      await Promise.all(told.map((program) => note(databaseUrls[program] ?? '', extraction.name, owner)));
      if (told.length > 0) crashPoint('controller.owner-told');
    },
  };
}

const table = `
  create schema if not exists banyan;
  create table if not exists banyan.owners (
    extraction text primary key,
    owner text not null,
    told_at timestamptz not null default now()
  );
  comment on table banyan.owners is 'Which program owns what an extraction moves; written by the controller while the routes concerned are held.'`;

async function note(url: string, extraction: string, owner: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'banyan owner notices', connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the statement under way reports it
  await client.connect();
  try {
    const { rows } = await client.query<{ there: boolean }>("select to_regclass('banyan.owners') is not null as there");
    if (rows[0]?.there !== true) await client.query(table);
    await client.query(
      `insert into banyan.owners (extraction, owner) values ($1, $2)
       on conflict (extraction) do update set owner = excluded.owner, told_at = now() where owners.owner <> excluded.owner`,
      [extraction, owner],
    );
  } finally {
    await client.end();
  }
}
