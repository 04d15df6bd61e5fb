/** The four routes of achievement, as the monolith answers them. */
import { refuseWrite } from '@banyan/nest';
import { report } from '@banyan/service';
import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AwardedBadge, BadgeDefinition } from './badges/badge-statements.ts';
import { type BadgeOfUser, Badges, BadgesNotWritable } from './badges/badges.ts';
import { crashPoint } from './crash-points.ts';

interface CheckBody {
  readonly userId?: unknown;
  readonly questionId?: unknown;
  readonly isCorrect?: unknown;
}

@Controller('achievements')
export class AchievementsController {
  constructor(@Inject(Badges) private readonly badges: Badges) {}

  @Get()
  list(): Promise<BadgeDefinition[]> {
    return this.badges.list();
  }

  @Get('guest-id')
  async guestId(): Promise<{ userId: number }> {
    return { userId: await this.badges.guestId() };
  }

  @Get('user/:userId')
  listOfUser(@Param('userId') userId: string): Promise<BadgeOfUser[]> {
    return this.badges.listOfUser(parseInt(userId, 10));
  }

  @Post('check')
  async check(
    @Body() { userId, questionId, isCorrect }: CheckBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ awardedAchievements: AwardedBadge[] }> {
    const awarded = await this.badges.check(userId, questionId, isCorrect).catch((error: unknown) => refuseFenced(error, reply));
    crashPoint('achievement.check.before-answer');
    return { awardedAchievements: awarded };
  }
}

function refuseFenced(error: unknown, reply: FastifyReply): never {
  if (!(error instanceof BadgesNotWritable)) throw error;
  report('warn', 'achievement.write.refused', 'A check was refused: this service may not give badges now', {
    reason: (error.cause as Error).message,
  });
  return refuseWrite(reply);
}
