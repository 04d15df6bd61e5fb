/** The rows of people: what events, snapshots and look-ups make of them. */
import type { SqlSession } from '@banyan/outbox';
import type { PoolClient } from 'pg';
import type { Person } from './user-service.ts';

const columns = 'id, email, "firstName", "lastName", role';
const given = `select ${columns} from json_to_recordset($1) as given (id text, email text, "firstName" text, "lastName" text, role text)`;

/** What a look-up has found: what events have said meanwhile stays. */
export async function addPeople(client: PoolClient, people: readonly Person[]): Promise<void> {
  await client.query(`insert into people (${columns}) ${given} on conflict (id) do nothing`, [JSON.stringify(people)]);
}

export async function putPeople(client: PoolClient, people: readonly Person[]): Promise<void> {
  await client.query(
    `insert into people (${columns}) ${given} on conflict (id) do update set
       email = excluded.email, "firstName" = excluded."firstName", "lastName" = excluded."lastName", role = excluded.role, "isDeleted" = false`,
    [JSON.stringify(people)],
  );
}

export async function forgetPerson(client: PoolClient, id: string): Promise<void> {
  await client.query('delete from people where id = $1', [id]);
}

export async function markDeleted(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `insert into people (id, email, role, "isDeleted") values ($1, '', 'AGENT', true) on conflict (id) do update set "isDeleted" = true`,
    [id],
  );
}

/** From here on nothing of theirs is shown, and nothing new may be theirs. Whom the copy does not have yet nobody may look up either. */
export async function hidePerson(session: SqlSession, id: string, saga: string): Promise<void> {
  await session.query(
    `insert into people (id, email, role, "isDeleted", deletion) values ($1, '', 'AGENT', true, $2) on conflict (id) do update set deletion = excluded.deletion`,
    [id, saga],
  );
}

/** Everything is as it was before that saga. */
export async function showPerson(session: SqlSession, id: string, saga: string): Promise<void> {
  await session.query('delete from people where id = $1 and deletion = $2 and "isDeleted"', [id, saga]);
  await session.query('update people set deletion = null where id = $1 and deletion = $2', [id, saga]);
}

/** Until the transaction ends nobody of them goes: instead of the foreign keys that the monolith has. Rejects when somebody is gone already, or going. */
export async function holdPeople(session: SqlSession, ids: readonly string[]): Promise<void> {
  const present = 'select from people where id = any($1) and not "isDeleted" and deletion is null order by id for share';
  const { rowCount } = await session.query(present, [ids]);
  if (rowCount !== ids.length) throw new Error('Whoever this is about is not there any more');
}
