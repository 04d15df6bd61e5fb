/** Who owns what at the moment, as the controller has told it: the monolith, until it tells something else. */
import type { SqlSession } from '@banyan/outbox';

/** Since when each program owns what it takes over; those that own nothing are missing. */
export async function readOwners(session: SqlSession): Promise<ReadonlyMap<string, Date>> {
  if (!(await isTold(session))) return new Map();
  const { rows } = await session.query<{ owner: string; since: Date }>(
    'select owner, told_at as since from banyan.owners where owner = extraction',
  );
  return new Map(rows.map(({ owner, since }) => [owner, since]));
}

/** Nothing else is told before the transaction ends: the controller waits with its next word. */
export async function holdOwners(session: SqlSession): Promise<void> {
  if (await isTold(session)) await session.query('select from banyan.owners for share');
}

/** The controller makes the table when it has something to tell for the first time. */
async function isTold(session: SqlSession): Promise<boolean> {
  const { rows } = await session.query<{ isThere: boolean }>(`select to_regclass('banyan.owners') is not null as "isThere"`);
  return rows[0]?.isThere === true;
}
