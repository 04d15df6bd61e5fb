/** Badges: all of them, a user's, and the check that awards new ones. */
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { UsersService } from '../users/users.service.ts';
import { type AchievementDefinition, AchievementsService, type AwardedAchievement, type UserAchievement } from './achievements.service.ts';

interface CheckRequest {
  readonly userId?: number;
  readonly questionId?: number;
  readonly isCorrect?: boolean;
}

@Controller('achievements')
export class AchievementsController {
  constructor(
    private readonly achievements: AchievementsService,
    private readonly users: UsersService,
  ) {}

  @Get()
  list(): Promise<AchievementDefinition[]> {
    return this.achievements.list();
  }

  @Get('guest-id')
  async guestId(): Promise<{ userId: number }> {
    return { userId: (await this.users.findGuest()).id };
  }

  @Get('user/:userId')
  listOfUser(@Param('userId') userId: string): Promise<UserAchievement[]> {
    return this.achievements.listOfUser(parseInt(userId, 10));
  }

  @Post('check')
  async check(@Body() { userId, questionId, isCorrect }: CheckRequest): Promise<{ awardedAchievements: AwardedAchievement[] }> {
    return { awardedAchievements: await this.achievements.check(userId, questionId, isCorrect) };
  }
}
