/** The routes the page asks, with what they answer: the contracts' own types, and nothing of the contracts in the bundle. */
import type { AskOptions } from '@banyan/web/ask';
import type { endpoints } from '@node-learn/contracts';
import type { z } from 'zod';

type Contract = (typeof endpoints)[number];
type ContractOf<Name extends Contract['name']> = Extract<Contract, { readonly name: Name }>;

type Route<Name extends Contract['name']> = `${ContractOf<Name>['method']} ${ContractOf<Name>['path']}`;

/** A path that is not the contract's own does not compile. */
export const routes = {
  'auth.start-sign-in': 'GET /api/auth/google',
  'questions.list': 'GET /api/questions',
  'questions.random': 'GET /api/questions/random',
  'questions.find': 'GET /api/questions/:id',
  'answers.reveal': 'GET /api/answers/:questionId',
  'stats.record': 'POST /api/stats/record',
  'stats.of-user': 'GET /api/stats/user/:userId',
  'stats.wrong-questions': 'GET /api/stats/user/:userId/wrong-questions',
  'achievements.guest-id': 'GET /api/achievements/guest-id',
  'achievements.of-user': 'GET /api/achievements/user/:userId',
  'quiz.modes': 'GET /api/quiz/modes',
  'leaderboard.update': 'POST /api/leaderboard/update',
  'leaderboard.board': 'GET /api/leaderboard/mode/:modeId',
  'admin.questions': 'GET /api/admin/questions',
  'admin.create-question': 'POST /api/admin/questions',
  'admin.update-question': 'PUT /api/admin/questions/:id',
  'admin.delete-question': 'DELETE /api/admin/questions/:id',
  'admin.users': 'GET /api/admin/users',
} as const satisfies { readonly [Name in Contract['name']]?: Route<Name> };

export type RouteName = keyof typeof routes;

type BodyOf<Responses> = Responses extends { readonly 200: { readonly body: infer Body } }
  ? Body
  : Responses extends { readonly 201: { readonly body: infer Body } }
    ? Body
    : undefined;

/** What a route answers when all is well; undefined for one without a body. */
export type AnswerOf<Name extends RouteName> =
  BodyOf<ContractOf<Name>['responses']> extends infer Body extends z.ZodType ? z.output<Body> : undefined;

export interface Api {
  /** Throws AskFailure, or the signal's reason. */
  readonly ask: <Name extends RouteName>(name: Name, options?: AskOptions) => Promise<AnswerOf<Name>>;
}

export type Question = AnswerOf<'questions.list'>[number];
export type RevealedAnswer = AnswerOf<'answers.reveal'>;
export type QuizMode = AnswerOf<'quiz.modes'>[number];
export type Badge = AnswerOf<'achievements.of-user'>[number];
export type AwardedBadge = AnswerOf<'stats.record'>['awardedAchievements'][number];
export type BoardPlace = AnswerOf<'leaderboard.board'>[number];
export type AdminQuestion = AnswerOf<'admin.questions'>[number];
export type Stats = AnswerOf<'stats.of-user'>;
