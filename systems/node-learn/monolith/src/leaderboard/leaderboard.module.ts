/** Boards. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LeaderboardController } from './leaderboard.controller.ts';
import { LeaderboardEntry } from './leaderboard-entry.entity.ts';
import { LeaderboardService } from './leaderboard.service.ts';

@Module({ imports: [TypeOrmModule.forFeature([LeaderboardEntry])], controllers: [LeaderboardController], providers: [LeaderboardService] })
export class LeaderboardModule {}
