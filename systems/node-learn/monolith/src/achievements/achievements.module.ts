/** Badges. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.ts';
import { Achievement } from './achievement.entity.ts';
import { AchievementsController } from './achievements.controller.ts';
import { AchievementsService } from './achievements.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Achievement]), UsersModule],
  controllers: [AchievementsController],
  providers: [AchievementsService],
  exports: [AchievementsService],
})
export class AchievementsModule {}
