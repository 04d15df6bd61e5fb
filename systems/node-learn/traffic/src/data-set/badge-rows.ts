/** The badges everybody has earned with what they have answered, so that the next right answer brings no flood. */
import { daysBeforeEnd } from './calendar.ts';
import type { Random } from './random.ts';
import type { QuestionRow, StatRow, UserAchievementRow } from './rows.ts';

const everyBadge = [...Array.from({ length: 20 }, (_, index) => index + 1), 50];
const masteryBadges = [4, 10, 15, 16, 20];
const masteriesOfNinja = 3;
const longestAgeDays = 300;

/** `collectorId` owns all 21, which also takes a badge the bank is too small for. */
export function inventBadges(
  userIds: readonly number[],
  collectorId: number,
  questions: readonly QuestionRow[],
  stats: readonly StatRow[],
  random: Random,
): UserAchievementRow[] {
  const statsByUser = Map.groupBy(stats, (stat) => stat.user_id);
  const rows: Omit<UserAchievementRow, 'id'>[] = [];
  for (const userId of userIds) {
    const badges = userId === collectorId ? everyBadge : earnedBadges(statsByUser.get(userId) ?? [], questions);
    let ageDays = random.next() * longestAgeDays;
    for (const achievement_id of badges) {
      rows.push({ user_id: userId, achievement_id, unlocked_at: daysBeforeEnd(ageDays) });
      ageDays *= 0.5 + random.next() * 0.5;
    }
  }
  return rows.sort((one, other) => one.unlocked_at.localeCompare(other.unlocked_at)).map((row, index) => ({ id: index + 1, ...row }));
}

function earnedBadges(stats: readonly StatRow[], questions: readonly QuestionRow[]): number[] {
  const rightIds = new Set(stats.filter((stat) => stat.correct_count > 0).map((stat) => stat.question_id));
  const right = (isMember: (question: QuestionRow) => boolean) =>
    questions.filter((question) => isMember(question) && rightIds.has(question.id)).length;
  const all = (isMember: (question: QuestionRow) => boolean) => right(isMember) === questions.filter(isMember).length;
  const single = (question: QuestionRow) => question.question_type === 'single_choice';
  const multiple = (question: QuestionRow) => question.question_type === 'multiple_choice';
  const text = (question: QuestionRow) => question.question_type === 'text_input';
  const rightAnswers = stats.reduce((sum, stat) => sum + stat.correct_count, 0);
  const conditions: [badge: number, isEarned: boolean][] = [
    [1, right(single) >= 1],
    [2, right(multiple) >= 1],
    [3, right(text) >= 1],
    [4, all((question) => question.difficulty === 'easy')],
    [5, stats.some((stat) => stat.correct_count > 0 && stat.incorrect_count > 0)],
    [6, right(single) >= 10],
    [7, right(multiple) >= 10],
    [8, right(text) >= 10],
    [9, rightAnswers >= 10],
    [10, all((question) => question.difficulty === 'medium')],
    [11, right(single) >= 25],
    [12, right(multiple) >= 25],
    [13, right(text) >= 25],
    [14, rightAnswers >= 100],
    [15, all((question) => question.practical)],
    [16, all((question) => !question.practical)],
    [17, all(single)],
    [18, all(multiple)],
    [19, all(text)],
    [20, all((question) => question.difficulty === 'hard')],
  ];
  const earned = conditions.filter(([, isEarned]) => isEarned).map(([badge]) => badge);
  return masteryBadges.filter((badge) => earned.includes(badge)).length >= masteriesOfNinja ? [...earned, 50] : earned;
}
