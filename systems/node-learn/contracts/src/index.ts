/** Node-Learn: events and endpoints. */
export { achievementEndpoints, awardedBadge, checkBadges, findGuestId, listBadges, listBadgesOfUser } from './achievements.ts';
export { adminEndpoints, listAdminQuestions, listUsers } from './admin.ts';
export { answerRefs, type AnswersOfUser, answersOfUser } from './answer-refs.ts';
export { answerBody, answerEndpoints } from './answers.ts';
export { authEndpoints, finishSignIn, profile, startSignIn } from './auth.ts';
export { asyncApiDocument, openApiDocument } from './documents.ts';
export { endpoints } from './endpoints.ts';
export * from './events.ts';
export { idSchema, idToText, textToId } from './ids.ts';
export { leaderboardEndpoints, postRun, readBoard } from './leaderboard.ts';
export { modeRefs } from './mode-refs.ts';
export { type QuestionRef, questionRef, questionRefs } from './question-refs.ts';
export { difficulty, findQuestion, listQuestions, questionEndpoints, questionType, randomQuestion } from './questions.ts';
export { listModes, quizEndpoints } from './quiz.ts';
export { bareRefusal, refusal, serverError } from './refusals.ts';
export { snapshotOf } from './snapshots.ts';
export { findStats, recordAnswer, statsEndpoints } from './stats.ts';
export { userRef } from './user-refs.ts';
