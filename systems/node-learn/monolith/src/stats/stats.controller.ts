/** Records answers and shows results. */
import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { AchievementsService, type AwardedAchievement } from '../achievements/achievements.service.ts';
import { SignedIn } from '../auth/current-user.ts';
import { OptionalTokenGuard } from '../auth/token.guards.ts';
import type { CurrentUser } from '../auth/token.service.ts';
import { StatsService, type UserStats } from './stats.service.ts';

interface RecordedAnswer {
  readonly userId?: number;
  readonly questionId?: number;
  readonly isCorrect?: boolean;
}

@Controller('stats')
export class StatsController {
  constructor(
    private readonly stats: StatsService,
    private readonly achievements: AchievementsService,
  ) {}

  /** The token's user wins over the one in the body. */
  @Post('record')
  @UseGuards(OptionalTokenGuard)
  async record(
    @Body() answer: RecordedAnswer,
    @SignedIn() signedIn?: CurrentUser,
  ): Promise<{ success: true; awardedAchievements: AwardedAchievement[] }> {
    const { questionId, isCorrect } = answer;
    const userId = signedIn?.id ?? answer.userId;
    if (!userId || !questionId) throw new Error('An answer needs a user and a question');
    await this.stats.count(userId, questionId, isCorrect);
    const awardedAchievements = isCorrect ? await this.achievements.check(userId, questionId, isCorrect) : [];
    return { success: true, awardedAchievements };
  }

  @Get('user/:userId')
  findByUser(@Param('userId') userId: string): Promise<UserStats> {
    return this.stats.findByUser(userId);
  }

  @Get('user/:userId/wrong-questions')
  async findMissed(@Param('userId') userId: string): Promise<{ wrongQuestionIds: number[] }> {
    return { wrongQuestionIds: await this.stats.findMissedQuestionIds(userId) };
  }
}
