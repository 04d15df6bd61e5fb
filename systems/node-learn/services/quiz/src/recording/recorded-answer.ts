/** Counts an answer and tells it, and takes exactly that back again. */
import type { EventData } from '@banyan/contract';
import type { Outbox, SqlSession } from '@banyan/outbox';
import { answerRolledBack, answerSubmissionFailed, answerSubmitted, idToText } from '@node-learn/contracts';
import type { GivenAnswer } from './given-answer.ts';

export const publishedEvents = [answerSubmitted, answerRolledBack, answerSubmissionFailed] as const;

/** A refused answer uses up the id of a result, as it does in the monolith by the insert that its foreign key refuses. */
export const drawnId = "select nextval(pg_get_serial_sequence('user_question_stats', 'id'))";

export type QuizOutbox = Outbox<(typeof publishedEvents)[number]>;

export interface RecordedAnswer {
  readonly answerEventId: string;
  /** Of the row it was counted in; a row that is made anew, after a reset, has another. */
  readonly statId: number;
  /** What it added. */
  readonly added: { readonly correct: number; readonly incorrect: number };
  /** The program that awards badges for it. */
  readonly badgeOwner: string;
}

/**
 * Inside a transaction. The refs are locked as rows behind a foreign key are, so that a deletion or a reset comes wholly before or wholly after.
 * Undefined when the user or the question is not known.
 */
export async function recordAnswer(session: SqlSession, outbox: QuizOutbox, answer: GivenAnswer): Promise<RecordedAnswer | undefined> {
  const { userId, questionId, isCorrect, verdict, streak, quizModeId } = answer;
  const [refs] = (await session.query<KnownRefs>(lockRefs, [userId, questionId])).rows;
  if (refs === undefined) {
    await session.query(drawnId);
    return undefined;
  }
  const values = [userId, questionId, isCorrect ? 1 : 0, isCorrect ? 0 : 1, verdict];
  const { statId, isNew, ...counts } = (await session.query<StatRow>(count, values)).rows[0]!;
  const { badgeOwner, ...facts } = refs;
  const answerEventId = outbox.publish(answerSubmitted, {
    userId: idToText(userId),
    questionId: idToText(questionId),
    isCorrect,
    streak,
    quizModeId,
    timestamp: new Date().toISOString(),
    ...toCounts(counts),
    ...facts,
  });
  const right = isNew ? isCorrect : verdict;
  const added = { correct: right === true ? 1 : 0, incorrect: right === false ? 1 : 0 };
  return { answerEventId, statId, added, badgeOwner };
}

export interface TakingBack {
  readonly recorded: RecordedAnswer;
  readonly correlationId: string;
  readonly reason: string;
}

/** Inside a transaction. What others have added to the row stays; a row in which nothing is left goes; a row made anew is another one. */
export async function takeBackAnswer(session: SqlSession, outbox: QuizOutbox, answer: GivenAnswer, taking: TakingBack): Promise<void> {
  const { recorded, correlationId, reason } = taking;
  const ids = { userId: idToText(answer.userId), questionId: idToText(answer.questionId) };
  await session.query(lockUser, [answer.userId]);
  const [left] = (await session.query<CountRow>(subtract, [recorded.statId, recorded.added.correct, recorded.added.incorrect])).rows;
  if (left !== undefined) {
    await session.query('delete from user_question_stats where id = $1 and correct_count = 0 and incorrect_count = 0', [recorded.statId]);
    outbox.publish(answerRolledBack, { ...ids, answerEventId: recorded.answerEventId, ...toCounts(left), reason });
  }
  outbox.publish(answerSubmissionFailed, { correlationId, ...ids, error: reason, step: 'check' });
}

type Submitted = EventData<typeof answerSubmitted>;

interface KnownRefs extends Pick<Submitted, 'questionType' | 'practical' | 'difficulty'> {
  readonly badgeOwner: string;
}

interface CountRow {
  readonly correctCount: number;
  readonly incorrectCount: number;
  /** bigint */
  readonly statVersion: string;
  readonly statsEpoch: string | null;
}

interface StatRow extends CountRow {
  readonly statId: number;
  readonly isNew: boolean;
}

function toCounts({ statVersion, ...counts }: CountRow): Pick<Submitted, 'correctCount' | 'incorrectCount' | 'statVersion' | 'statsEpoch'> {
  return { ...counts, statVersion: Number(statVersion) };
}

/** The program that gives badges now, as the controller has told it. */
export const badgeOwner = `coalesce((select owner from banyan.owners where extraction = 'achievement'), 'monolith')`;

const lockUser = 'select from user_refs where id = $1 for share';

const lockRefs = `
  select q.question_type as "questionType", q.practical, q.difficulty,
    ${badgeOwner} as "badgeOwner"
  from user_refs u, question_refs q
  where u.id = $1 and not u.is_deleted and q.id = $2 and not q.is_deleted
  for share of u, q`;

const told = `coalesce(stat.correct_count, 0) as "correctCount", coalesce(stat.incorrect_count, 0) as "incorrectCount", nextval('stat_versions') as "statVersion",
    (select stats_epoch::text from user_refs where id = stat.user_id) as "statsEpoch"`;

/** The monolith's own statement. The row is new when it has the id that was drawn for it. */
const count = `
  insert into user_question_stats as stat (user_id, question_id, correct_count, incorrect_count)
  values ($1, $2, $3, $4)
  on conflict (user_id, question_id) do update set
    correct_count = stat.correct_count + case when $5::boolean then 1 else 0 end,
    incorrect_count = stat.incorrect_count + case when not $5::boolean then 1 else 0 end
  returning stat.id as "statId", stat.id = currval(pg_get_serial_sequence('user_question_stats', 'id')) as "isNew", ${told}`;

const subtract = `
  update user_question_stats as stat
  set correct_count = greatest(stat.correct_count - $2, 0), incorrect_count = greatest(stat.incorrect_count - $3, 0)
  where stat.id = $1
  returning ${told}`;
