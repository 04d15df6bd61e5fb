/** Posts runs to the boards and shows them. */
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { type BoardPlace, LeaderboardService } from './leaderboard.service.ts';

interface PostedRun {
  readonly modeId?: number | string;
  readonly userId?: number | string;
  readonly correctAnswers?: number;
  readonly totalQuestions?: number;
  readonly streak?: number;
  readonly username?: string;
}

@Controller('leaderboard')
export class LeaderboardController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Post('update')
  async update(@Body() run: PostedRun): Promise<{ success: true }> {
    await this.leaderboard.post({
      modeId: toInteger('modeId', run.modeId),
      userId: toInteger('userId', run.userId),
      correctAnswers: toInteger('correctAnswers', run.correctAnswers),
      totalQuestions: toInteger('totalQuestions', run.totalQuestions),
      streak: toInteger('streak', run.streak),
    });
    return { success: true };
  }

  @Get('mode/:modeId')
  read(@Param('modeId') modeId: string): Promise<BoardPlace[]> {
    return this.leaderboard.read(modeId);
  }
}

function toInteger(name: string, value: unknown): number {
  if (!/^-?\d+$/.test(String(value))) throw new Error(`${name} is not an integer: ${String(value)}`);
  return Number(value);
}
