/** Rows for tests: people and modes in the monolith, and the same as leaderboard keeps it. */
import type { TestDatabase } from '@banyan/proof/test-database';

/** The guest and learners 2 to 60; the ten modes are there. */
export async function fillMonolith(monolith: TestDatabase): Promise<void> {
  await monolith.query(`
    insert into users (id, google_id, email, name) select n, 'g' || n, n || '@example.test', 'Learner ' || n from generate_series(2, 60) n;
    select setval('users_id_seq', 60)`);
}

/** The same people and modes as copies. */
export async function fillRefs(leaderboard: TestDatabase): Promise<void> {
  await leaderboard.query(`
    insert into user_refs (id, name) select n, case n when 1 then 'Guest User' else 'Learner ' || n end from generate_series(1, 60) n;
    insert into mode_refs (id) select generate_series(1, 10)`);
}

/** Makes the boards of the service say what the monolith's say. */
export async function copyBoards(monolith: TestDatabase, leaderboard: TestDatabase): Promise<void> {
  const { rows } = await monolith.query<{ rows: unknown }>(`select coalesce(json_agg(l), '[]') as rows from leaderboards l`);
  await leaderboard.query('truncate leaderboards');
  await leaderboard.query('insert into leaderboards select * from json_populate_recordset(null::leaderboards, $1)', [
    JSON.stringify(rows[0]?.rows),
  ]);
}

/** `mode/position user: right of all, streak`, without the time, which is each side's own. */
export async function boardsOf(database: TestDatabase, modeId?: number): Promise<string[]> {
  const { rows } = await database.query<{ place: string }>(
    `select quiz_mode_id || '/' || position || ' ' || user_id || ': ' || correct_answers || ' of ' || total_questions || ', ' || streak as place
     from leaderboards where quiz_mode_id = coalesce($1, quiz_mode_id) order by quiz_mode_id, position`,
    [modeId ?? null],
  );
  return rows.map(({ place }) => place);
}

/** As the controller tells it. */
export async function tellOwner(leaderboard: TestDatabase, owner: string): Promise<void> {
  await leaderboard.query(
    `insert into banyan.owners (extraction, owner) values ('leaderboard', $1) on conflict (extraction) do update set owner = excluded.owner`,
    [owner],
  );
}

/** As the fence of a cutover. */
export async function fence(leaderboard: TestDatabase): Promise<void> {
  await leaderboard.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'leaderboards is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on leaderboards for each statement execute function refuse_write()`);
}

export async function openFence(leaderboard: TestDatabase): Promise<void> {
  await leaderboard.query('drop function refuse_write cascade');
}
