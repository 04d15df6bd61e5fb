/** How often users got questions right and wrong: a copy of what quiz counts, in absolute numbers. */
import type { EventData } from '@banyan/contract';
import type { ProjectedEntry } from '@banyan/service';
import { type AnswersOfUser, type answerRolledBack, type answerSubmitted, textToId } from '@node-learn/contracts';
import type { Sql } from '../badges/badge-statements.ts';
import { isOlder, isStale, lockAndRead, readKnown, resetUser } from './known-users.ts';

type Submitted = EventData<typeof answerSubmitted>;
type RolledBack = EventData<typeof answerRolledBack>;

/** The first answer to a new question may be told before the question is: then the answer says what classes it counts for. */
export async function applySubmitted(sql: Sql, data: Submitted): Promise<void> {
  if (!(await beginAnswer(sql, data))) return;
  const { questionType, difficulty, practical } = data;
  await sql.query(
    `with first as (insert into question_refs (id, question_type, difficulty, practical) values ($2, $6, $7, $8) on conflict (id) do nothing)
     ${keepCounts}`,
    [...countsOf(data), questionType, difficulty, practical],
  );
}

/** Badges that were given for the answer stay. */
export async function applyRolledBack(sql: Sql, data: RolledBack): Promise<void> {
  if (await beginAnswer(sql, data)) await sql.query(keepCounts, countsOf(data));
}

/** False for what is to be left out. A reset that quiz has applied and nobody has told here is made up for. */
async function beginAnswer(sql: Sql, data: Submitted | RolledBack): Promise<boolean> {
  const userId = textToId(data.userId);
  const known = await lockAndRead(sql, userId, textToId(data.questionId));
  if (isStale(data, known)) return false;
  const { statsEpoch: epoch } = data;
  if (epoch !== null && isOlder(known.epoch, epoch)) await resetUser(sql, { userId, epoch, owner: known.owner });
  return true;
}

const keepCounts = `
  insert into answer_refs as a (user_id, question_id, correct_count, incorrect_count, version) values ($1, $2, $3, $4, $5)
  on conflict (user_id, question_id) do update
    set correct_count = excluded.correct_count, incorrect_count = excluded.incorrect_count, version = excluded.version
    where a.version < excluded.version`;

function countsOf({ userId, questionId, correctCount, incorrectCount, statVersion }: Submitted | RolledBack): unknown[] {
  return [textToId(userId), textToId(questionId), correctCount, incorrectCount, statVersion];
}

/** What a snapshot says of users, in place of what was there; events that are not in it yet have versions above 0. */
export async function putAnswers(sql: Sql, entries: readonly ProjectedEntry<AnswersOfUser>[]): Promise<void> {
  const users = entries.map(({ key, data }) => ({ userId: textToId(key), ...data }));
  const userIds = users.map(({ userId }) => userId);
  const known = await readKnown(sql, userIds);
  await sql.query('delete from answer_refs where user_id = any($1)', [userIds]);
  const rows: object[] = [];
  for (const { userId, statsEpoch: epoch, answers } of users) {
    const { epoch: knownEpoch, owner } = known.get(userId)!;
    if (isStale({ statsEpoch: epoch }, known.get(userId)!)) continue;
    if (epoch !== null && isOlder(knownEpoch, epoch)) await resetUser(sql, { userId, epoch, owner });
    rows.push(...answers.map((answer) => rowOf(userId, answer)));
  }
  await sql.query(
    `insert into answer_refs (user_id, question_id, correct_count, incorrect_count, version)
     select user_id, question_id, correct_count, incorrect_count, 0 from jsonb_populate_recordset(null::answer_refs, $1)`,
    [JSON.stringify(rows)],
  );
}

function rowOf(userId: number, { questionId, correctCount, incorrectCount }: AnswersOfUser['answers'][number]): object {
  return { user_id: userId, question_id: textToId(questionId), correct_count: correctCount, incorrect_count: incorrectCount };
}

export async function removeAnswers(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from answer_refs where user_id = $1', [textToId(key)]);
}

/** As quiz shows them. */
export const answersAsRows = `
  select user_id::text as key, json_build_object(
    'statsEpoch', (select epoch from stat_epochs e where e.user_id = a.user_id),
    'answers', json_agg(json_build_object('questionId', question_id::text, 'correctCount', correct_count, 'incorrectCount', incorrect_count)
      order by question_id)
  ) as data
  from answer_refs a where correct_count > 0 or incorrect_count > 0 group by user_id`;
