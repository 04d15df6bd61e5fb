/** The rows of user_refs and question_refs: what events, snapshots and look-ups make of them. */
import type { ProjectedEntry } from '@banyan/service';
import { questionCreated, textToId } from '@node-learn/contracts';
import type { PoolClient } from 'pg';
import type { z } from 'zod';

/** What is kept of a question. */
export const questionFacts = questionCreated.data.pick({
  questionType: true,
  practical: true,
  difficulty: true,
  topic: true,
  question: true,
});

export type QuestionFacts = z.output<typeof questionFacts>;

/** For look-ups: what events have said meanwhile stays. */
export async function addUserRef(client: PoolClient, id: number): Promise<void> {
  await client.query('insert into user_refs (id) values ($1) on conflict (id) do nothing', [id]);
}

export async function putUserRefs(client: PoolClient, entries: readonly { readonly key: string }[]): Promise<void> {
  await client.query(
    `insert into user_refs (id) select unnest($1::integer[]) on conflict (id) do update set is_deleted = false where user_refs.is_deleted`,
    [entries.map(({ key }) => textToId(key))],
  );
}

/** For look-ups: what events have said meanwhile stays. */
export async function addQuestionRef(client: PoolClient, question: QuestionFacts & { readonly questionId: string }): Promise<void> {
  await client.query(`${insertQuestions} on conflict (id) do nothing`, rowsOf([{ key: question.questionId, data: question }]));
}

export async function putQuestionRefs(client: PoolClient, entries: readonly ProjectedEntry<QuestionFacts>[]): Promise<void> {
  const columns = ['is_deleted', 'question', 'topic', 'difficulty', 'question_type', 'practical'];
  const replaced = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  await client.query(`${insertQuestions} on conflict (id) do update set ${replaced}`, rowsOf(entries));
}

const insertQuestions = `
  insert into question_refs (id, question, topic, difficulty, question_type, practical)
  select id, question, topic, difficulty, question_type, practical from jsonb_populate_recordset(null::question_refs, $1)`;

function rowsOf(entries: readonly ProjectedEntry<QuestionFacts>[]): [string] {
  const rows = entries.map(({ key, data: { question, topic, difficulty, questionType, practical } }) => {
    return { id: textToId(key), question, topic, difficulty, question_type: questionType, practical };
  });
  return [JSON.stringify(rows)];
}

type RefTable = 'user_refs' | 'question_refs';

/** Known to be gone: a look-up that is under way cannot bring it back. */
export async function markDeleted(client: PoolClient, table: RefTable, key: string): Promise<void> {
  await client.query(`update ${table} set is_deleted = true where id = $1`, [textToId(key)]);
}

/** Not known any more: for what the owner's snapshot does not have, which may be too new for it. */
export async function forgetRef(client: PoolClient, table: RefTable, key: string): Promise<void> {
  await client.query(`delete from ${table} where id = $1`, [textToId(key)]);
}
