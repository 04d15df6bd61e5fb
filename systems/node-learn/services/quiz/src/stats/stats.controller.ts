/** Records answers and shows results. */
import { refuseWrite, type RequestOfCaller } from '@banyan/nest';
import { report } from '@banyan/service';
import { Body, Controller, Get, HttpException, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { crashPoint } from '../crash-points.ts';
import { type AnswerBody, GivenAnswers } from '../recording/given-answer.ts';
import type { AwardedBadge } from '../recording/monolith-badges.ts';
import { KeyTaken, NotWritable, Recording } from '../recording/recording.ts';
import { Stats, type UserStats } from './stats.ts';

@Controller('stats')
export class StatsController {
  constructor(
    @Inject(GivenAnswers) private readonly answers: GivenAnswers,
    @Inject(Recording) private readonly recording: Recording,
    @Inject(Stats) private readonly stats: Stats,
  ) {}

  @Post('record')
  async record(
    @Body() body: AnswerBody | undefined,
    @Req() { callerId, headers }: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: true; awardedAchievements: readonly AwardedBadge[] }> {
    const answer = await this.answers.read(body, callerId);
    const options = { idempotencyKey: headers['idempotency-key'], proof: body?.answer };
    const awardedAchievements = await this.recording.record(answer, options).catch((error: unknown) => refuse(error, reply));
    crashPoint('quiz.record.before-answer');
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

/** Behind a fence nothing is written, and the client may ask again in a moment. */
function refuse(error: unknown, reply: FastifyReply): never {
  if (error instanceof KeyTaken)
    throw new HttpException({ statusCode: 422, message: 'The idempotency key stands for another answer' }, 422);
  if (!(error instanceof NotWritable)) throw error;
  report('warn', 'quiz.write.refused', 'An answer was refused: this service may not write results now');
  return refuseWrite(reply);
}
