/** All events of Node-Learn, who publishes each and who reads it; what is not here cannot be published. */
import { eventCatalogue } from '@banyan/contract';
import { achievementChecked, achievementCheckFailed, achievementEarned, achievementUnlocked } from './events/achievement.ts';
import { userAuthenticated, userCreated, userDeleted } from './events/auth.ts';
import { leaderboardEntryUpdated } from './events/leaderboard.ts';
import { userStatsReset } from './events/maintenance.ts';
import { questionCreated, questionDeleted, questionUpdated } from './events/question.ts';
import { answerRolledBack, answerSubmissionFailed, answerSubmitted } from './events/quiz.ts';

export * from './events/achievement.ts';
export * from './events/auth.ts';
export * from './events/leaderboard.ts';
export * from './events/maintenance.ts';
export { questionCreated, questionDeleted, questionUpdated } from './events/question.ts';
export * from './events/quiz.ts';

/** The archive and the live view read all of them and are not listed. */
export const events = eventCatalogue([
  { contract: userCreated, publisher: 'auth', consumers: ['quiz', 'achievement', 'leaderboard'] },
  { contract: userAuthenticated, publisher: 'auth', consumers: ['leaderboard', 'quiz', 'achievement'] },
  { contract: userDeleted, publisher: 'auth', consumers: ['quiz', 'achievement', 'leaderboard'] },
  { contract: questionCreated, publisher: 'question', consumers: ['quiz', 'achievement', 'admin'] },
  { contract: questionUpdated, publisher: 'question', consumers: ['quiz', 'achievement', 'admin'] },
  { contract: questionDeleted, publisher: 'question', consumers: ['quiz', 'achievement', 'admin'] },
  { contract: answerSubmitted, publisher: 'quiz', consumers: ['achievement', 'leaderboard'] },
  { contract: answerRolledBack, publisher: 'quiz', consumers: ['achievement', 'leaderboard'] },
  { contract: answerSubmissionFailed, publisher: 'quiz', consumers: [] },
  { contract: achievementChecked, publisher: 'achievement', consumers: ['quiz'] },
  { contract: achievementEarned, publisher: 'achievement', consumers: ['leaderboard'] },
  { contract: achievementCheckFailed, publisher: 'achievement', consumers: ['quiz'] },
  { contract: achievementUnlocked, consumers: [] },
  { contract: leaderboardEntryUpdated, publisher: 'leaderboard', consumers: [] },
  { contract: userStatsReset, publisher: 'maintenance', consumers: ['quiz', 'achievement'] },
]);
