/** What is known of a user before something about it is applied: the last reset, whether it is gone, who owns badges now. */
import type { Sql } from '../badges/badge-statements.ts';

export interface Known {
  /** The last reset of the user's results; null when none was seen. */
  readonly epoch: string | null;
  /** The user, or the question that was answered, has been deleted. */
  readonly isGone: boolean;
  readonly owner: BadgesOwner;
}

/** `moving`: nobody may award for a moment, and who will is not decided yet. */
export type BadgesOwner = 'monolith' | 'achievement' | 'moving';

/** Of each of these users, by id. */
export async function readKnown(sql: Sql, userIds: readonly number[]): Promise<ReadonlyMap<number, Known>> {
  const rows = await sql.query<(Known & { id: number })[]>(
    `select id, epoch, is_gone as "isGone", owner from unnest($1::integer[]) as users (id), known_of(id, null)`,
    [userIds],
  );
  return new Map(rows.map(({ id, ...known }) => [id, known]));
}

/** Until the transaction ends nobody else changes what is known, nor the user's counts and badges, nor whether the question exists. */
export async function lockAndRead(sql: Sql, userId: number, questionId: number | null = null): Promise<Known> {
  const [known] = await sql.query<Known[]>('select epoch, is_gone as "isGone", owner from lock_and_know($1, $2)', [userId, questionId]);
  if (known === undefined) throw new Error('lock_and_know gave no row');
  return known;
}

/** Epochs are dates as text, so that their order is that of the text; null comes before all of them. */
export function isOlder(epoch: string | null, than: string | null): boolean {
  return than !== null && (epoch === null || epoch < than);
}

/** Told by a publisher that had not seen yet what is known here: it changes nothing any more. */
export function isStale({ statsEpoch }: { readonly statsEpoch: string | null }, known: Known): boolean {
  return known.isGone || isOlder(statsEpoch, known.epoch);
}

/**
 * Removes the results of the user, and the badges when they are owned here; the monolith removes its own. Throws behind a fence that
 * closes at this moment.
 */
export async function resetUser(sql: Sql, { userId, epoch, owner }: { userId: number; epoch: string; owner: BadgesOwner }): Promise<void> {
  await sql.query('delete from answer_refs where user_id = $1', [userId]);
  if (owner !== 'monolith') await sql.query('delete from user_achievements where user_id = $1', [userId]);
  await sql.query('insert into stat_epochs (user_id, epoch) values ($1, $2) on conflict (user_id) do update set epoch = excluded.epoch', [
    userId,
    epoch,
  ]);
}
