/** What boards ask of the database. */
import type { EntityManager } from 'typeorm';
import type { Result } from './ranking.ts';

/** Whatever runs a statement: a pool, or the transaction of an update. */
export type Sql = Pick<EntityManager, 'query'>;

export interface Place extends Result {
  readonly position: number;
  readonly achievedAt: Date;
}

export interface BoardPlace {
  /** A number on real places, the text of the path on invented ones. */
  readonly quiz_mode_id: number | string;
  readonly position: number;
  readonly user_id: number;
  readonly correct_answers: number;
  readonly total_questions: number;
  readonly streak: number;
  readonly achieved_at: Date;
  readonly username: string;
}

// The column holds UTC and says so nowhere: read as it is, it would be taken for the local time of the program.
const achievedAt = `achieved_at at time zone 'UTC'`;

/** The places that somebody holds whose name is known. Throws the database's error for what is no integer. */
export function readBoard(sql: Sql, modeId: string): Promise<BoardPlace[]> {
  return sql.query<BoardPlace[]>(
    `select l.quiz_mode_id, l.position, l.user_id, l.correct_answers, l.total_questions, l.streak, l.${achievedAt} as achieved_at, u.name as username
     from leaderboards l join user_refs u on u.id = l.user_id and not u.is_deleted
     where l.quiz_mode_id = $1
     order by l.position`,
    [modeId],
  );
}

/** By position. Until the transaction ends nobody else changes the board. */
export function lockBoard(sql: Sql, modeId: number): Promise<Place[]> {
  return sql.query<Place[]>(
    `select position, user_id as "userId", correct_answers as "correctAnswers", total_questions as "totalQuestions", streak,
       ${achievedAt} as "achievedAt" from lock_board($1)`,
    [modeId],
  );
}

/** All places anew: a row that stays where it is, too. */
export async function writeBoard(sql: Sql, modeId: number, places: readonly Omit<Place, 'position'>[]): Promise<void> {
  const columns = places.map((place) => [
    place.userId,
    place.correctAnswers,
    place.totalQuestions,
    place.streak,
    place.achievedAt.toISOString(),
  ]);
  await sql.query('delete from leaderboards where quiz_mode_id = $1', [modeId]);
  await sql.query(
    `insert into leaderboards (quiz_mode_id, position, user_id, correct_answers, total_questions, streak, achieved_at)
     select $1, position, user_id, correct_answers, total_questions, streak, ${achievedAt}
     from unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::timestamptz[]) with ordinality
       as places (user_id, correct_answers, total_questions, streak, achieved_at, position)`,
    [modeId, ...[0, 1, 2, 3, 4].map((column) => columns.map((values) => values[column]))],
  );
}

/** Who is known and not gone, with the name of now; locked, so that a deletion comes wholly before or wholly after. */
export async function lockNames(sql: Sql, userIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await sql.query<{ id: number; name: string }[]>(
    'select id, name from user_refs where id = any($1::integer[]) and not is_deleted order by id for share',
    [userIds],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function isModeKnown(sql: Sql, modeId: number): Promise<boolean> {
  return (await sql.query<unknown[]>('select from mode_refs where id = $1', [modeId])).length > 0;
}
