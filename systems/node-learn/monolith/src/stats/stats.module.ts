/** Results per user and question. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AchievementsModule } from '../achievements/achievements.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { StatsController } from './stats.controller.ts';
import { StatsService } from './stats.service.ts';
import { UserQuestionStat } from './user-question-stat.entity.ts';

@Module({
  imports: [TypeOrmModule.forFeature([UserQuestionStat]), AchievementsModule, AuthModule],
  controllers: [StatsController],
  providers: [StatsService],
})
export class StatsModule {}
