/** Records answers and shows results. */
import { CallerGuard, refuseWrite, type RequestOfCaller } from '@banyan/nest';
import { report } from '@banyan/service';
import { Body, Controller, Get, HttpException, Inject, Param, Post, Req, Res, UnauthorizedException, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { crashPoint } from '../crash-points.ts';
import { type AnswerBody, GivenAnswers } from '../recording/given-answer.ts';
import type { AwardedBadge } from '../recording/monolith-badges.ts';
import { KeyTaken, NotWritable, Recording } from '../recording/recording.ts';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';
import { Stats, type UserStats } from './stats.ts';

/** Every visitor without a token acts as this user. */
const guestId = 1;

@Controller('stats')
@UseGuards(CallerGuard)
export class StatsController {
  constructor(
    @Inject(QUIZ_SETTINGS) private readonly settings: QuizSettings,
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
    this.requireOwn(answer.userId, callerId);
    const options = { idempotencyKey: headers['idempotency-key'], proof: body?.answer };
    const awardedAchievements = await this.recording.record(answer, options).catch((error: unknown) => refuse(error, reply));
    crashPoint('quiz.record.before-answer');
    return { success: true, awardedAchievements };
  }

  @Get('user/:userId')
  findByUser(@Param('userId') userId: string, @Req() { callerId }: RequestOfCaller): Promise<UserStats> {
    this.requireOwn(userId, callerId);
    return this.stats.findByUser(userId);
  }

  @Get('user/:userId/wrong-questions')
  async findMissed(@Param('userId') userId: string, @Req() { callerId }: RequestOfCaller): Promise<{ wrongQuestionIds: number[] }> {
    this.requireOwn(userId, callerId);
    return { wrongQuestionIds: await this.stats.findMissedQuestionIds(userId) };
  }

  /** The monolith shows and takes everybody's results; flag `stats.ownOnly` leaves the caller's own, and the guest's. */
  private requireOwn(userId: string | number, callerId: unknown): void {
    if (!this.settings.FLAGS.has('stats.ownOnly')) return;
    const own: readonly unknown[] = [guestId, callerId].map((id) => (typeof id === 'number' ? String(id) : id));
    if (!own.includes(String(userId))) throw new UnauthorizedException();
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
