/** Which questions exist and which classes they count for: a copy of what question owns, inactive ones included. */
import type { ProjectedEntry } from '@banyan/service';
import { questionCreated, textToId } from '@node-learn/contracts';
import type { z } from 'zod';
import type { Sql } from '../badges/badge-statements.ts';

/** What is kept of a question. */
export const questionFacts = questionCreated.data.pick({ questionType: true, difficulty: true, practical: true });

type QuestionFacts = z.output<typeof questionFacts>;

export async function putQuestions(sql: Sql, entries: readonly ProjectedEntry<QuestionFacts>[]): Promise<void> {
  await sql.query(
    `insert into question_refs (id, question_type, difficulty, practical)
     select id, question_type, difficulty, practical from jsonb_populate_recordset(null::question_refs, $1)
     on conflict (id) do update set question_type = excluded.question_type, difficulty = excluded.difficulty, practical = excluded.practical`,
    [JSON.stringify(entries.map(rowOf))],
  );
}

function rowOf({ key, data: { questionType, difficulty, practical } }: ProjectedEntry<QuestionFacts>): object {
  return { id: textToId(key), question_type: questionType, difficulty, practical };
}

/** For a key that the owner's snapshot does not have: it may be too new for it. */
export async function forgetQuestion(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from question_refs where id = $1', [textToId(key)]);
}

/** With all answers to it; those that are still on their way are left out when they come. */
export async function deleteQuestion(sql: Sql, key: string): Promise<void> {
  const id = textToId(key);
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('achievement.question', $1))`, [id]);
  await sql.query(`insert into deleted_refs (kind, id) values ('question', $1) on conflict do nothing`, [id]);
  await sql.query('delete from question_refs where id = $1', [id]);
  await sql.query('delete from answer_refs where question_id = $1', [id]);
}

export const questionsAsRows = `
  select id::text as key, json_build_object('questionType', question_type, 'difficulty', difficulty, 'practical', practical) as data
  from question_refs`;
