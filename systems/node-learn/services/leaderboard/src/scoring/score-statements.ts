/** What scores ask of the database. */
import type { Sql } from '../boards/board-statements.ts';
import { boardSize, type Result } from '../boards/ranking.ts';

export interface ScoredAnswer {
  readonly answerEventId: string;
  readonly userId: number;
  readonly modeId: number;
  readonly isCorrect: boolean;
  /** Right choice answers in a row are a streak; answers in text do not touch it. */
  readonly isChoice: boolean;
}

/** Answers of one user come one after another. */
export async function scoreAnswer(sql: Sql, { answerEventId, userId, modeId, isCorrect, isChoice }: ScoredAnswer): Promise<void> {
  await sql.query(`delete from scored_answers where user_id = $1 and scored_at < now() - interval '1 hour'`, [userId]);
  await sql.query(
    `insert into scored_answers (answer_event_id, user_id, quiz_mode_id, is_correct, streak_before)
     values ($1, $2, $3, $4, coalesce((select streak from mode_scores where user_id = $2 and quiz_mode_id = $3), 0))`,
    [answerEventId, userId, modeId, isCorrect],
  );
  await sql.query(
    `insert into mode_scores as s (user_id, quiz_mode_id, correct_answers, total_questions, streak)
     values ($1, $2, $3::integer, 1, case when $4 then $3::integer else 0 end)
     on conflict (user_id, quiz_mode_id) do update set
       correct_answers = s.correct_answers + excluded.correct_answers, total_questions = s.total_questions + 1, scored_at = now(),
       streak = case when not $4 then s.streak when $3::integer = 1 then s.streak + 1 else 0 end`,
    [userId, modeId, isCorrect ? 1 : 0, isChoice],
  );
}

/** Takes exactly that back; the streak only while nothing has been answered since. The mode; undefined for an answer that has scored nowhere. */
export async function takeBackAnswer(sql: Sql, answerEventId: string): Promise<number | undefined> {
  const [[taken]] = await sql.query<
    [{ userId: number; modeId: number; isCorrect: boolean; streakBefore: number; isLast: boolean }[], number]
  >(
    `delete from scored_answers a where answer_event_id = $1
     returning user_id as "userId", quiz_mode_id as "modeId", is_correct as "isCorrect", streak_before as "streakBefore", not exists (
       select from scored_answers l where l.user_id = a.user_id and l.quiz_mode_id = a.quiz_mode_id and l.place > a.place) as "isLast"`,
    [answerEventId],
  );
  if (taken === undefined) return undefined;
  const { userId, modeId, isCorrect, streakBefore, isLast } = taken;
  await sql.query(
    `update mode_scores set correct_answers = correct_answers - $3, total_questions = total_questions - 1, streak = coalesce($4, streak)
     where user_id = $1 and quiz_mode_id = $2`,
    [userId, modeId, isCorrect ? 1 : 0, isLast ? streakBefore : null],
  );
  await sql.query('delete from mode_scores where user_id = $1 and quiz_mode_id = $2 and total_questions = 0', [userId, modeId]);
  return modeId;
}

/** The mode; undefined for an answer that has scored nowhere. */
export async function addBonus(sql: Sql, answerEventId: string, points: number): Promise<number | undefined> {
  const [[rewarded]] = await sql.query<[{ modeId: number }[], number]>(
    `update mode_scores s set bonus_points = bonus_points + $2 from scored_answers a
     where a.answer_event_id = $1 and s.user_id = a.user_id and s.quiz_mode_id = a.quiz_mode_id
     returning s.quiz_mode_id as "modeId"`,
    [answerEventId, points],
  );
  return rewarded?.modeId;
}

/** The six best of a mode, by score, then streak, then id; without users who are gone. */
export function readBest(sql: Sql, modeId: number): Promise<Result[]> {
  return sql.query<Result[]>(
    `select s.user_id as "userId", s.correct_answers + s.bonus_points as "correctAnswers", s.total_questions as "totalQuestions", s.streak
     from mode_scores s join user_refs u on u.id = s.user_id and not u.is_deleted
     where s.quiz_mode_id = $1
     order by s.correct_answers + s.bonus_points desc, s.streak desc, s.user_id limit ${boardSize}`,
    [modeId],
  );
}
