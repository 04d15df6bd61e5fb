/** Puts the achievement service together: its database, badges, routes. */
import { createMessagingModule, TRANSACTIONS } from '@banyan/nest';
import { typeOrmTransactions } from '@banyan/outbox';
import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AchievementsController } from './achievements.controller.ts';
import { Badges } from './badges/badges.ts';
import { databaseOptions } from './database-options.ts';
import { AnswerChecks } from './events/answer-checks.ts';
import { publishedEvents } from './events/badge-events.ts';
import { Resets } from './events/resets.ts';
import { InternalRoutes } from './projection/internal-routes.ts';
import { Owners } from './projection/owners.ts';
import { projectAnswers, projectQuestions, projectUsers } from './projection/projections.ts';
import { ACHIEVEMENT_SETTINGS, type AchievementSettings } from './settings.ts';

const projections = [projectAnswers, projectQuestions, projectUsers].map((useFactory) => ({
  provide: Symbol(useFactory.name),
  inject: [TRANSACTIONS, Owners],
  useFactory,
}));

export function createAchievementModule(settings: AchievementSettings): DynamicModule {
  return {
    module: AchievementModule,
    imports: [
      TypeOrmModule.forRoot(databaseOptions(settings.DATABASE_URL)),
      createMessagingModule({
        group: 'achievement',
        source: '/node-learn/achievement',
        publishes: publishedEvents,
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [getDataSourceToken()],
        transactions: (dataSource: DataSource) => typeOrmTransactions(dataSource),
        projections: projections.map(({ provide }) => provide),
      }),
    ],
    controllers: [AchievementsController],
    providers: [
      { provide: ACHIEVEMENT_SETTINGS, useValue: settings },
      Badges,
      AnswerChecks,
      Resets,
      Owners,
      ...projections,
      InternalRoutes,
    ],
  };
}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class AchievementModule {}
