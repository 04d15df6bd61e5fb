/** What badges ask of the database. */
import type { EntityManager } from 'typeorm';
import type { Standing } from './badge-rules.ts';
import type { QuestionGroup } from './question-counts.ts';

/** Whatever runs a statement: a pool, or the transaction of a check. */
export type Sql = Pick<EntityManager, 'query'>;

export interface BadgeDefinition {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly sprite_col: number;
  readonly sprite_row: number;
  readonly created_at: Date | null;
}

export interface BadgeRow extends BadgeDefinition {
  readonly unlocked: boolean;
  readonly unlocked_at: Date | null;
}

export type AwardedBadge = Omit<BadgeDefinition, 'created_at'>;

const definition = 'a.id, a.title, a.description, a.sprite_col, a.sprite_row';

// The columns hold UTC and say so nowhere: read as they are, they would be taken for the local time of the program.
const createdAt = `a.created_at at time zone 'UTC' as created_at`;

export function readDefinitions(sql: Sql): Promise<BadgeDefinition[]> {
  return sql.query<BadgeDefinition[]>(`select ${definition}, ${createdAt} from achievements a order by a.id`);
}

/** All badges by id, with whether the user has unlocked them. */
export function readBadges(sql: Sql, userId: number): Promise<BadgeRow[]> {
  return sql.query<BadgeRow[]>(
    `select ${definition}, ${createdAt}, u.id is not null as unlocked, u.unlocked_at at time zone 'UTC' as unlocked_at
     from achievements a left join user_achievements u on u.achievement_id = a.id and u.user_id = $1
     order by a.id`,
    [userId],
  );
}

interface StandingRow extends Omit<Standing, 'owned' | 'groups'> {
  readonly groups: readonly QuestionGroup[] | null;
  readonly owned: readonly number[];
}

/** Everything badges are earned by, in one statement. Without a question, wrong answers are none. */
export async function readStanding(sql: Sql, userId: number, questionId?: number): Promise<Standing> {
  const [row] = await sql.query<StandingRow[]>(
    `select coalesce(sum(correct_count), 0)::float8 as "rightAnswers",
       coalesce(sum(incorrect_count) filter (where question_id = $2), 0)::float8 as "wrongAnswers",
       array(select achievement_id from user_achievements where user_id = $1) as owned,
       (select json_agg(g) from (
         select q.question_type as "questionType", q.difficulty, q.practical,
           count(*) as existing, count(*) filter (where a.correct_count > 0) as right
         from question_refs q left join answer_refs a on a.question_id = q.id and a.user_id = $1
         group by 1, 2, 3
       ) g) as groups
     from answer_refs where user_id = $1`,
    [userId, questionId],
  );
  if (row === undefined) throw new Error('An aggregate without a row');
  return { ...row, groups: row.groups ?? [], owned: new Set(row.owned) };
}

export interface Award {
  readonly badge: AwardedBadge;
  readonly earnedAt: Date;
}

/** Gives the badges and answers, by id, those that the user did not have: whoever else gave one meanwhile announces it. */
export async function insertAwards(sql: Sql, userId: number, badgeIds: readonly number[]): Promise<Award[]> {
  const rows = await sql.query<(AwardedBadge & { earned_at: Date })[]>(
    `with given as (
       insert into user_achievements (user_id, achievement_id) select $1, id from unnest($2::integer[]) with ordinality as b (id, place) order by place
       on conflict (user_id, achievement_id) do nothing
       returning achievement_id, unlocked_at
     )
     select ${definition}, g.unlocked_at at time zone 'UTC' as earned_at from given g join achievements a on a.id = g.achievement_id order by a.id`,
    [userId, badgeIds],
  );
  return rows.map(({ earned_at: earnedAt, ...badge }) => ({ badge, earnedAt }));
}

/** Until the transaction ends nobody else counts or gives badges of this user, so that a check sees all that came before it. */
export async function lockUser(sql: Sql, userId: number): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('achievement.user', $1))`, [userId]);
}
