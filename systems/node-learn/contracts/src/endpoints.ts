/** All endpoints, by the service that answers them, and in the order of the documents. */
import type { EndpointContract, InternalEndpointContract } from '@banyan/contract';
import { achievementEndpoints } from './achievements.ts';
import { adminEndpoints } from './admin.ts';
import { answerEndpoints } from './answers.ts';
import { authEndpoints } from './auth.ts';
import { achievementInternal, authInternal, leaderboardInternal, questionInternal, quizInternal } from './internal.ts';
import { leaderboardEndpoints } from './leaderboard.ts';
import { questionEndpoints } from './questions.ts';
import { quizEndpoints } from './quiz.ts';
import { restEndpoints } from './rest.ts';
import { statsEndpoints } from './stats.ts';

/** What clients may ask; each service starts with these and no others. */
export const endpointsByService = {
  auth: authEndpoints,
  question: questionEndpoints,
  quiz: [...answerEndpoints, ...statsEndpoints, ...quizEndpoints],
  achievement: achievementEndpoints,
  leaderboard: leaderboardEndpoints,
  admin: adminEndpoints,
  maintenance: restEndpoints,
} as const satisfies Record<string, readonly EndpointContract[]>;

/** What services may ask each other. */
export const internalEndpointsByService = {
  auth: Object.values(authInternal),
  question: Object.values(questionInternal),
  quiz: Object.values(quizInternal),
  achievement: Object.values(achievementInternal),
  leaderboard: Object.values(leaderboardInternal),
  admin: [],
  maintenance: [],
} as const satisfies Record<keyof typeof endpointsByService, readonly InternalEndpointContract[]>;

export const endpoints = [
  ...authEndpoints,
  ...questionEndpoints,
  ...answerEndpoints,
  ...statsEndpoints,
  ...achievementEndpoints,
  ...quizEndpoints,
  ...leaderboardEndpoints,
  ...adminEndpoints,
  ...restEndpoints,
] as const;
