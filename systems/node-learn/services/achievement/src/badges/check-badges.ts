/** One check: counts, rules, awards. To be called in a transaction that has locked the user. */
import { crashPoint } from '../crash-points.ts';
import { type Award, insertAwards, readStanding, type Sql } from './badge-statements.ts';
import { findEarnedBadges } from './earned-badges.ts';

export interface CheckRequest {
  readonly userId: number;
  readonly questionId: number;
  readonly isCorrect: boolean;
}

/** Gives the user what has been earned by now; answers only what had not been given before, by badge id. */
export async function checkBadges(sql: Sql, { userId, questionId, isCorrect }: CheckRequest): Promise<Award[]> {
  const standing = await readStanding(sql, userId, questionId);
  const earned = findEarnedBadges({ ...standing, isCorrect });
  if (earned.length === 0) return [];
  crashPoint('achievement.check.before-award');
  const awards = await insertAwards(sql, userId, earned);
  crashPoint('achievement.check.awarded');
  return awards;
}
