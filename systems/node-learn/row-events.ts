/** What the monolith's rows tell while it owns them, as the services' own events; `migration.ts` names who tells what. */

import { type RowEvent, rowEvent, type RowsToEvents } from '@banyan/migration';
import type { EventData } from '@banyan/contract';
import {
  achievementEarned,
  questionCreated,
  questionDeleted,
  questionUpdated,
  userAuthenticated,
  userCreated,
  userDeleted,
} from '@node-learn/contracts/events';

/** A changed user has signed in under another name, address or picture: nothing else in the monolith changes users. */
export const eventsOfUsers: RowsToEvents = (changes, session) => Promise.all(changes.map((change) => eventOfUser(change, session)));

type Change = Parameters<RowsToEvents>[0][number];
type Session = Parameters<RowsToEvents>[1];

async function eventOfUser(change: Change, session: Session): Promise<RowEvent> {
  const { row, operation } = change;
  const userId = change.key['id'] ?? '';
  const now = new Date().toISOString();
  if (row === undefined) return rowEvent(userDeleted, { userId, deletedAt: now }, change);
  // A long picture that did not change is not sent with the row.
  const picture = row['picture'] === undefined ? await pictureOf(userId, session) : row['picture'];
  const person = { userId, email: row['email'] ?? '', name: row['name'] ?? '', picture, isAdmin: row['is_admin'] === 't' };
  if (operation === 'insert') return rowEvent(userCreated, { ...person, createdAt: timeOf(row['created_at']) ?? now }, change);
  const authenticatedAt = timeOf(row['updated_at']) ?? now;
  return rowEvent(userAuthenticated, { ...person, provider: 'google', firstLogin: false, authenticatedAt }, change);
}

async function pictureOf(userId: string, session: Session): Promise<string | null> {
  const { rows } = await session.query<{ picture: string | null }>('select picture from public.users where id = $1', [userId]);
  return rows[0]?.picture ?? null;
}

/**
 * A question's event tells the question as it is, so one is enough for all that a transaction did to it. Choices need none of their own: the
 * monolith's triggers touch the question with them.
 */
export const eventsOfQuestions: RowsToEvents = async (changes, session) => {
  const ofQuestions = changes.filter(({ table, operation }) => table === 'public.questions' && operation !== 'truncate');
  const byTransaction = Map.groupBy(ofQuestions, ({ key, commitLsn }) => `${commitLsn} ${key['id']}`);
  const questions = await questionsNow([...new Set(ofQuestions.map(({ key }) => Number(key['id'])))], session);
  return [...byTransaction.values()].flatMap((ofOne) => {
    const last = ofOne.at(-1)!;
    const questionId = last.key['id'] ?? '';
    if (last.operation === 'delete') return [rowEvent(questionDeleted, { questionId, deletedAt: new Date().toISOString() }, last)];
    const question = questions.get(questionId);
    // Gone again by now: the event that says so follows.
    if (question === undefined) return [];
    const isNew = ofOne.some(({ operation }) => operation === 'insert');
    return [rowEvent(isNew ? questionCreated : questionUpdated, question, last)];
  });
};

async function questionsNow(ids: readonly number[], session: Session): Promise<Map<string, EventData<typeof questionUpdated>>> {
  const { rows } = await session.query<{ question: EventData<typeof questionUpdated> }>(
    `select json_build_object('questionId', q.id::text, 'questionType', q.question_type, 'practical', q.practical, 'difficulty', q.difficulty,
       'topic', q.topic, 'question', q.question, 'quiz', q.quiz, 'isActive', q.is_active,
       'choiceCount', (select count(*) from public.choices c where c.question_id = q.id),
       'keywordCount', coalesce(cardinality(q.match_keywords), 0),
       'createdAt', to_char(q.created_at, $2), 'updatedAt', to_char(q.updated_at, $2)) as question
     from public.questions q where q.id = any($1)`,
    [ids, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'],
  );
  return new Map(rows.map(({ question }) => [question.questionId, question]));
}

/** Only what is given is told: the monolith takes badges away from the guest alone, and maintenance says so. */
export const eventsOfBadges: RowsToEvents = async (changes, session) => {
  const { rows } = await session.query<{ id: string; title: string }>('select id::text as id, title from public.achievements');
  const titles = new Map(rows.map(({ id, title }) => [id, title]));
  return changes.flatMap((change) => {
    const { table, operation, row } = change;
    if (table !== 'public.user_achievements' || operation !== 'insert' || row === undefined) return [];
    const [userId, achievementId] = [row['user_id'] ?? '', row['achievement_id'] ?? ''];
    const earnedAt = timeOf(row['unlocked_at']) ?? new Date().toISOString();
    return [
      rowEvent(achievementEarned, { userId, achievementId, earnedAt, title: titles.get(achievementId) ?? '', answerEventId: null }, change),
    ];
  });
};

/** PostgreSQL's text of a timestamp in UTC, with or without zone. */
function timeOf(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) return undefined;
  return new Date(`${text.replace(' ', 'T').replace(/[+-]\d\d$/, '')}Z`).toISOString();
}
