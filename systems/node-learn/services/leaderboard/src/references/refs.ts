/** The rows of user_refs and mode_refs: what events, snapshots and look-ups make of them. */
import type { ProjectedEntry } from '@banyan/service';
import { textToId } from '@node-learn/contracts';
import type { Sql } from '../boards/board-statements.ts';

/** For look-ups: what events have said meanwhile stays. */
export async function addUser(sql: Sql, { userId, name }: { readonly userId: number; readonly name: string }): Promise<void> {
  await sql.query('insert into user_refs (id, name) values ($1, $2) on conflict (id) do nothing', [userId, name]);
}

export async function putUsers(sql: Sql, entries: readonly ProjectedEntry<{ readonly name: string }>[]): Promise<void> {
  await sql.query(
    `insert into user_refs (id, name) select * from unnest($1::integer[], $2::text[])
     on conflict (id) do update set name = excluded.name, is_deleted = false`,
    [entries.map(({ key }) => textToId(key)), entries.map(({ data }) => data.name)],
  );
}

/** Known to be gone, also when nobody had told of the user before. The name goes with it. */
export async function markUserDeleted(sql: Sql, key: string): Promise<void> {
  await sql.query(
    `insert into user_refs (id, name, is_deleted) values ($1, '', true) on conflict (id) do update set name = '', is_deleted = true`,
    [textToId(key)],
  );
}

/** For a key that the owner's snapshot does not have: it may be too new for it. */
export async function forgetUser(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from user_refs where id = $1', [textToId(key)]);
}

export const usersAsRows = `select id::text as key, json_build_object('name', name) as data from user_refs where not is_deleted`;

export async function putModes(sql: Sql, entries: readonly { readonly key: string }[]): Promise<void> {
  await sql.query('insert into mode_refs (id) select unnest($1::integer[]) on conflict (id) do nothing', [
    entries.map(({ key }) => textToId(key)),
  ]);
}

export async function forgetMode(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from mode_refs where id = $1', [textToId(key)]);
}

export const modesAsRows = `select id::text as key, '{}'::json as data from mode_refs`;
