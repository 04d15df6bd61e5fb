/** Puts the quiz service together: its database, events, neighbours, routes. */
import { createMessagingModule, TRANSACTIONS } from '@banyan/nest';
import { pgTransactions } from '@banyan/outbox';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AnswersController } from './answers/answers.controller.ts';
import { Database } from './database.ts';
import { QuizController } from './modes/quiz.controller.ts';
import { AnswerSagas } from './recording/answer-sagas.ts';
import { GivenAnswers } from './recording/given-answer.ts';
import { LateChecks } from './recording/late-checks.ts';
import { MonolithBadges } from './recording/monolith-badges.ts';
import { publishedEvents } from './recording/recorded-answer.ts';
import { Recording } from './recording/recording.ts';
import { Neighbours } from './references/neighbours.ts';
import { projectQuestions, projectUsers } from './references/projections.ts';
import { References } from './references/references.ts';
import { QUIZ_SETTINGS, type QuizSettings } from './settings.ts';
import { InternalRoutes, quizSource } from './stats/internal-routes.ts';
import { Removals } from './stats/removals.ts';
import { Stats } from './stats/stats.ts';
import { StatsController } from './stats/stats.controller.ts';
import { ServerValidation } from './validation/server-validation.ts';

const projections = [projectUsers, projectQuestions].map((useFactory) => ({
  provide: Symbol(useFactory.name),
  inject: [TRANSACTIONS, Neighbours],
  useFactory,
}));

export function createQuizModule(settings: QuizSettings): DynamicModule {
  return {
    module: QuizModule,
    imports: [
      { module: Ground, providers: [{ provide: QUIZ_SETTINGS, useValue: settings }, Database], exports: [QUIZ_SETTINGS, Database] },
      createMessagingModule({
        group: 'quiz',
        source: quizSource,
        publishes: publishedEvents,
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [Database],
        transactions: ({ transactionPool }: Database) => pgTransactions(transactionPool),
        projections: projections.map(({ provide }) => provide),
      }),
    ],
    controllers: [StatsController, AnswersController, QuizController],
    providers: [
      Neighbours,
      References,
      ...projections,
      GivenAnswers,
      MonolithBadges,
      LateChecks,
      AnswerSagas,
      ServerValidation,
      Recording,
      Stats,
      Removals,
      InternalRoutes,
    ],
  };
}

/** What the modules beside this one stand on as well. */
@Global()
@Module({})
class Ground {}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class QuizModule {}
