/** Who exists: a copy of the ids that auth owns. */
import { textToId } from '@node-learn/contracts';
import type { Sql } from '../badges/badge-statements.ts';
import { lockAndRead } from './known-users.ts';

export async function putUsers(sql: Sql, entries: readonly { readonly key: string }[]): Promise<void> {
  await sql.query('insert into user_refs (id) select unnest($1::integer[]) on conflict (id) do nothing', [
    entries.map(({ key }) => textToId(key)),
  ]);
}

/** For a key that the owner's snapshot does not have: it may be too new for it. */
export async function forgetUser(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from user_refs where id = $1', [textToId(key)]);
}

/** With its results and badges; answers that are still on their way are left out when they come. */
export async function deleteUser(sql: Sql, key: string): Promise<void> {
  const id = textToId(key);
  const { owner } = await lockAndRead(sql, id);
  await sql.query(`insert into deleted_refs (kind, id) values ('user', $1) on conflict do nothing`, [id]);
  await sql.query('delete from user_refs where id = $1', [id]);
  await sql.query('delete from answer_refs where user_id = $1', [id]);
  if (owner !== 'monolith') await sql.query('delete from user_achievements where user_id = $1', [id]);
}

export const usersAsRows = `select id::text as key, '{}'::json as data from user_refs`;
