/** The rows of user_refs and question_refs: what events, snapshots and look-ups make of them. */
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

export async function putUserRef(client: PoolClient, key: string): Promise<void> {
  await client.query(
    'insert into user_refs (id) values ($1) on conflict (id) do update set is_deleted = false where user_refs.is_deleted',
    [textToId(key)],
  );
}

/** For look-ups: what events have said meanwhile stays. */
export async function addQuestionRef(client: PoolClient, question: QuestionFacts & { readonly questionId: string }): Promise<void> {
  await client.query(`${insertQuestion} on conflict (id) do nothing`, valuesOf(question.questionId, question));
}

export async function putQuestionRef(client: PoolClient, key: string, question: QuestionFacts): Promise<void> {
  const columns = ['is_deleted', 'question', 'topic', 'difficulty', 'question_type', 'practical'];
  const replaced = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  await client.query(`${insertQuestion} on conflict (id) do update set ${replaced}`, valuesOf(key, question));
}

const insertQuestion = `
  insert into question_refs (id, question, topic, difficulty, question_type, practical) values ($1, $2, $3, $4, $5, $6)`;

function valuesOf(key: string, { question, topic, difficulty, questionType, practical }: QuestionFacts): unknown[] {
  return [textToId(key), question, topic, difficulty, questionType, practical];
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
