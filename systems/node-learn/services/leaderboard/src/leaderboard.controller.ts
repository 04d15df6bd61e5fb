/** Posts runs to the boards and shows them, as the monolith does. */
import { refuseWrite, type RequestOfCaller } from '@banyan/nest';
import { isRefusedWrite, report } from '@banyan/service';
import { Body, Controller, Get, Inject, Param, Post, Req, Res, UnprocessableEntityException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { BoardPlace } from './boards/board-statements.ts';
import { Boards, type Run } from './boards/boards.ts';
import { crashPoint } from './crash-points.ts';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from './settings.ts';

interface PostedRun {
  readonly modeId?: unknown;
  readonly userId?: unknown;
  readonly correctAnswers?: unknown;
  readonly totalQuestions?: unknown;
  readonly streak?: unknown;
}

@Controller('leaderboard')
export class LeaderboardController {
  constructor(
    @Inject(LEADERBOARD_SETTINGS) private readonly settings: LeaderboardSettings,
    @Inject(Boards) private readonly boards: Boards,
  ) {}

  @Post('update')
  async update(
    @Body() posted: PostedRun,
    @Req() { callerId }: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: true }> {
    const run = this.check(toRun(posted), callerId);
    // The boards follow the answers then, and to count the posted runs as well would count them twice.
    if (!this.settings.FLAGS.has('leaderboard.scoreFromEvents'))
      await this.boards.post(run).catch((error: unknown) => refuseFenced(error, reply));
    crashPoint('leaderboard.update.before-answer');
    return { success: true };
  }

  @Get('mode/:modeId')
  read(@Param('modeId') modeId: string): Promise<BoardPlace[]> {
    return this.boards.read(modeId);
  }

  /** The monolith takes any result for anybody; with flag `leaderboard.tokenUser` whoever is known posts their own. */
  private check(run: Run, callerId: unknown): Run {
    const { FLAGS } = this.settings;
    if (FLAGS.has('leaderboard.sanity') && !(run.correctAnswers >= 0 && run.correctAnswers <= run.totalQuestions))
      throw new UnprocessableEntityException('No run has such a result');
    return FLAGS.has('leaderboard.tokenUser') && callerId !== undefined ? { ...run, userId: toInteger('sub', callerId) } : run;
  }
}

function toRun(posted: PostedRun): Run {
  return {
    modeId: toInteger('modeId', posted.modeId),
    userId: toInteger('userId', posted.userId),
    correctAnswers: toInteger('correctAnswers', posted.correctAnswers),
    totalQuestions: toInteger('totalQuestions', posted.totalQuestions),
    streak: toInteger('streak', posted.streak),
  };
}

/** As the monolith reads numbers: whatever is written as an integer is one, however it is given. */
function toInteger(name: string, value: unknown): number {
  if (!/^-?\d+$/.test(String(value))) throw new Error(`${name} is not an integer`);
  return Number(value);
}

function refuseFenced(error: unknown, reply: FastifyReply): never {
  if (!isRefusedWrite(error)) throw error;
  report('warn', 'leaderboard.write.refused', 'A run was refused: this service may not write boards now', {
    reason: (error as Error).message,
  });
  return refuseWrite(reply);
}
