/** Rows for tests: a bank and its learners in the monolith, and the same as achievement keeps it. */
import type { TestDatabase } from '@banyan/proof/test-database';

/** Every class of question, with as many more of one class as badges count to; a guest, learners, and one who has every badge. */
export async function fillMonolith(monolith: TestDatabase): Promise<void> {
  await monolith.query(`
    insert into questions (question_type, difficulty, practical, topic, question, is_active)
      select t, d, p, 'Tests', '<p>Why?</p>', n > 1
      from unnest(enum_range(null::question_type_enum)) t, unnest(enum_range(null::difficulty_enum)) d,
        unnest(array[true, false]) p, generate_series(1, 5) n;
    insert into users (id, google_id, email, name) select n, 'g' || n, n || '@example.test', 'Learner ' || n from generate_series(2, 8) n;
    select setval('users_id_seq', 8);
    insert into user_question_stats (user_id, question_id, correct_count, incorrect_count)
      select u.id, q.id, (q.id * u.id) % 3, (q.id + u.id) % 2 from users u, questions q
      where (q.id * 7 + u.id * 3) % 8 < u.id and u.id < 8 and (q.id * u.id) % 3 + (q.id + u.id) % 2 > 0;
    insert into user_achievements (user_id, achievement_id, unlocked_at)
      select 7, id, timestamp '2026-01-02 03:04:05.678901' + id * interval '1 day' from achievements;
    insert into user_achievements (user_id, achievement_id, unlocked_at) values (6, 1, null), (6, 4, '2026-02-03'), (6, 15, '2026-02-03'), (6, 20, now())`);
}

const copies: readonly (readonly [from: string, into: string])[] = [
  ['select id, title, description, sprite_col, sprite_row, created_at from achievements', 'achievements'],
  ['select id, user_id, achievement_id, unlocked_at from user_achievements', 'user_achievements'],
  ['select user_id, question_id, correct_count, incorrect_count, 0 as version from user_question_stats', 'answer_refs'],
  ['select id, question_type, difficulty, practical from questions', 'question_refs'],
  ['select id from users', 'user_refs'],
];

/** The rows of a SELECT with the columns of the table, in their order; the next id follows them. */
export async function copyInto(target: TestDatabase, table: string, source: TestDatabase, select: string): Promise<void> {
  const { rows } = await source.query<{ rows: unknown }>(`select coalesce(json_agg(r), '[]') as rows from (${select}) r`);
  const values = [JSON.stringify(rows[0]?.rows)];
  await target.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, values);
  const sequence = `pg_get_serial_sequence('${table}', column_name)`;
  const columns = `information_schema.columns where table_name = '${table}' and column_name = 'id'`;
  await target.query(`select setval(${sequence}, (select max((to_jsonb(t) ->> 'id')::bigint) from ${table} t)) from ${columns}`);
}

/** Makes achievement's tables say what the monolith's say. */
export async function copyRows(monolith: TestDatabase, achievement: TestDatabase): Promise<void> {
  await achievement.query('truncate achievements, user_achievements, answer_refs, question_refs, user_refs, stat_epochs, deleted_refs');
  for (const [from, into] of copies) await copyInto(achievement, into, monolith, from);
}

/** Who has which badge, the same for both sides. */
export async function awardsOf(database: TestDatabase): Promise<string[]> {
  const { rows } = await database.query<{ award: string }>(
    `select user_id || ' has ' || achievement_id as award from user_achievements order by user_id, achievement_id`,
  );
  return rows.map(({ award }) => award);
}

/** The badges as the monolith defines them, in their ids. */
export async function defineBadges(achievement: TestDatabase): Promise<void> {
  await achievement.query(`insert into achievements (id, title, description, sprite_col, sprite_row)
    select id, 'Badge ' || id, 'For something', id % 7, id / 7 from generate_series(1, 50) id where id <= 20 or id = 50`);
}

/** As the controller tells it. */
export async function tellOwner(achievement: TestDatabase, owner: string): Promise<void> {
  await achievement.query(`
    create schema if not exists banyan;
    create table if not exists banyan.owners (extraction text primary key, owner text not null, told_at timestamptz not null default now())`);
  await achievement.query(
    `insert into banyan.owners (extraction, owner) values ('achievement', $1) on conflict (extraction) do update set owner = excluded.owner`,
    [owner],
  );
}
