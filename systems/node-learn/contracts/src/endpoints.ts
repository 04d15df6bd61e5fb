/** All endpoints that have a contract, in the order of the documents. */
import { achievementEndpoints } from './achievements.ts';
import { adminEndpoints } from './admin.ts';
import { answerEndpoints } from './answers.ts';
import { authEndpoints } from './auth.ts';
import { questionEndpoints } from './questions.ts';
import { leaderboardEndpoints } from './leaderboard.ts';
import { quizEndpoints } from './quiz.ts';
import { statsEndpoints } from './stats.ts';

export const endpoints = [
  ...authEndpoints,
  ...questionEndpoints,
  ...answerEndpoints,
  ...statsEndpoints,
  ...achievementEndpoints,
  ...quizEndpoints,
  ...leaderboardEndpoints,
  ...adminEndpoints,
] as const;
