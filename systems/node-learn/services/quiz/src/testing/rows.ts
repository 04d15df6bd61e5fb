/** The rows that tests of quiz begin with, in any of the databases concerned. */
import type { TestDatabase } from '@banyan/proof/test-database';

/** Users 2 to 8 and questions 1 to 12 (1 to 4 single, 5 to 8 multiple, 9 to 12 text; 12 is inactive; odd ones practical) in a monolith's database. */
export async function fillMonolith(database: TestDatabase): Promise<void> {
  await database.query(`
    select setval('users_id_seq', 1);
    insert into users (google_id, email, name) select 'g' || n, 'user' || n || '@example.test', 'User ' || n from generate_series(2, 8) n;
    select setval('users_id_seq', 8);
    insert into questions (question_type, practical, difficulty, topic, question, answer, match_keywords, is_active)
      select (array['single_choice', 'multiple_choice', 'text_input'])[(n + 3) / 4]::question_type_enum, n % 2 = 1,
        (array['easy', 'medium', 'hard'])[n % 3 + 1]::difficulty_enum, 'Topic ' || n % 5, '<p>Frage ' || n || ' – “was”?</p>',
        nullif('Answer ' || n, 'Answer 3'), case when n > 8 then array['Two-2', 'three!'] end, n <> 12
      from generate_series(1, 12) n;
    insert into choices (question_id, choice_text, is_good, explanation)
      select q, 'Choice ' || c, case when q < 5 then c = 1 else c < 3 end, case when c > 2 then 'Because ' || c end
      from generate_series(1, 8) q, generate_series(1, 5) c;
    update users set created_at = '2026-01-01', updated_at = '2026-01-01'`);
}

/** The users and questions of a monolith as quiz knows them. */
export async function copyRefs(monolith: TestDatabase, quiz: TestDatabase): Promise<void> {
  await copyRows(monolith, quiz, 'select id from users', 'user_refs (id)');
  const facts = 'id, question, topic, difficulty, question_type, practical';
  await copyRows(monolith, quiz, `select ${facts} from questions`, `question_refs (${facts})`);
}

/** Results replace those of the target; with them the sequence of their ids. */
export async function copyStats(from: TestDatabase, to: TestDatabase): Promise<void> {
  const { rows } = await from.query<{ stats: string; last: string; used: boolean }>(
    `select (select coalesce(json_agg(s), '[]') from user_question_stats s)::text as stats, last_value as last, is_called as used
     from user_question_stats_id_seq`,
  );
  const { stats, last, used } = rows[0]!;
  await to.query(`
    begin;
    delete from user_question_stats;
    insert into user_question_stats select * from json_populate_recordset(null::user_question_stats, '${stats}');
    select setval('user_question_stats_id_seq', ${last}, ${used});
    commit`);
}

/** The select names exactly the columns of the target. */
export async function copyRows(from: TestDatabase, to: TestDatabase, select: string, target: string): Promise<void> {
  const [table = '', columns = ''] = /^(\w+)(?: \((.*)\))?$/.exec(target)?.slice(1) ?? [];
  const { rows } = await from.query<{ rows: unknown }>(`select coalesce(json_agg(r), '[]') as rows from (${select}) r`);
  const names = columns === '' ? '' : ` (${columns})`;
  await to.query(`insert into ${table}${names} select ${columns || '*'} from json_populate_recordset(null::${table}, $1)`, [
    JSON.stringify(rows[0]?.rows),
  ]);
}

/** Users 1 to 3 and questions 1 to 6 (two of each type) as quiz knows them. */
export async function fillRefs(quiz: TestDatabase): Promise<void> {
  await quiz.query(`
    insert into user_refs (id) select generate_series(1, 3);
    insert into question_refs (id, question, topic, difficulty, question_type, practical)
      select n, 'Question ' || n, 'Topic', 'easy', (array['single_choice', 'multiple_choice', 'text_input'])[(n + 1) / 2], false
      from generate_series(1, 6) n`);
}
