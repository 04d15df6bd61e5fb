/** The whole program. */
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AchievementsModule } from './achievements/achievements.module.ts';
import { AdminModule } from './admin/admin.module.ts';
import { AnswersModule } from './answers/answers.module.ts';
import { AppController } from './app.controller.ts';
import { AuthModule } from './auth/auth.module.ts';
import { ConnectionDrain } from './connection-drain.ts';
import { DatabaseModule } from './database/database.module.ts';
import { DocsModule } from './docs/docs.module.ts';
import { EnvironmentModule } from './environment.module.ts';
import { LeaderboardModule } from './leaderboard/leaderboard.module.ts';
import { MaintenanceModule } from './maintenance/maintenance.module.ts';
import { QuestionsModule } from './questions/questions.module.ts';
import { QuizModule } from './quiz/quiz.module.ts';
import { StatsModule } from './stats/stats.module.ts';

@Module({
  imports: [
    EnvironmentModule,
    DatabaseModule,
    ScheduleModule.forRoot(),
    AuthModule,
    QuestionsModule,
    AnswersModule,
    StatsModule,
    AchievementsModule,
    QuizModule,
    LeaderboardModule,
    AdminModule,
    MaintenanceModule,
    DocsModule,
  ],
  controllers: [AppController],
  providers: [ConnectionDrain],
})
export class AppModule {}
