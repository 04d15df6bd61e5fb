/** The data set: the bank, the people, and what they have done with it. The same for the same scale, always. */
import { bank } from './bank/bank.ts';
import { inventBadges } from './badge-rows.ts';
import { inventBoards } from './board-rows.ts';
import { inventPeople } from './people.ts';
import { bankToRows } from './question-rows.ts';
import { createRandom } from './random.ts';
import type { ChoiceRow, LeaderboardRow, QuestionRow, StatRow, UserAchievementRow, UserRow } from './rows.ts';
import { inventStats } from './stat-rows.ts';
import { guestId, peopleToRows } from './user-rows.ts';

export interface DataSet {
  /** Without the guest, whom the schema brings. */
  readonly users: readonly UserRow[];
  readonly questions: readonly QuestionRow[];
  readonly choices: readonly ChoiceRow[];
  readonly stats: readonly StatRow[];
  readonly userAchievements: readonly UserAchievementRow[];
  readonly leaderboards: readonly LeaderboardRow[];
}

export interface DataSetOptions {
  /** Multiplies learners and what they have answered; a positive integer, default 1. */
  readonly scale?: number;
  /** Where the pictures of the people are served; default the Google stand-in's usual place. */
  readonly avatarBaseUrl?: string;
}

export const defaultAvatarBaseUrl = 'http://127.0.0.1:3020';

/** Found by trying: with it the learners of scale 1 own 190 badges. */
const seed = 198;

export function createDataSet({ scale = 1, avatarBaseUrl = defaultAvatarBaseUrl }: DataSetOptions = {}): DataSet {
  const random = createRandom(seed);
  const { questions, choices } = bankToRows(bank, random);
  const users = peopleToRows(inventPeople(scale), avatarBaseUrl, random);
  const learnerIds = users.filter((user) => !user.is_admin).map((user) => user.id);
  const stats = inventStats(learnerIds, questions, random);
  const userAchievements = inventBadges([guestId, ...learnerIds], learnerIds[0] ?? 0, questions, stats, random);
  return { users, questions, choices, stats, userAchievements, leaderboards: inventBoards(learnerIds, random) };
}
