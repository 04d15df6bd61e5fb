/** Counts what answers score in their mode, beside the runs that are posted; with flag leaderboard.scoreFromEvents the boards show it. */
import { done, type HandlerContext, type Outcome, retry } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { isRefusedWrite } from '@banyan/service';
import { achievementEarned, answerRolledBack, answerSubmitted, textToId } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Boards } from '../boards/boards.ts';
import { crashPoint } from '../crash-points.ts';
import { isOwner } from '../references/ownership.ts';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from '../settings.ts';
import { addBonus, readBest, scoreAnswer, takeBackAnswer } from './score-statements.ts';

type Of<Contract extends Parameters<typeof OnEvent>[0]> = EventEnvelope<EventData<Contract>>;
type Context = HandlerContext<EntityManager>;

const movingPauseMs = 1_000;

@Injectable()
export class Scoring {
  constructor(
    @Inject(LEADERBOARD_SETTINGS) private readonly settings: LeaderboardSettings,
    @Inject(Boards) private readonly boards: Boards,
  ) {}

  /** An answer that names no mode scores nowhere. */
  @OnEvent(answerSubmitted)
  async score({ id, data }: Of<typeof answerSubmitted>, { session: sql }: Context): Promise<Outcome> {
    if (data.quizModeId === null) return done;
    const modeId = textToId(data.quizModeId);
    const isChoice = data.questionType !== 'text_input';
    await scoreAnswer(sql, { answerEventId: id, userId: textToId(data.userId), modeId, isCorrect: data.isCorrect, isChoice });
    crashPoint('leaderboard.answer.scored');
    return this.show(sql, modeId);
  }

  @OnEvent(answerRolledBack)
  async takeBack({ data }: Of<typeof answerRolledBack>, { session: sql }: Context): Promise<Outcome> {
    const modeId = await takeBackAnswer(sql, data.answerEventId);
    return modeId === undefined ? done : this.show(sql, modeId);
  }

  /** Points for a badge, in the mode of the answer that brought it; none by default. */
  @OnEvent(achievementEarned)
  async reward({ data }: Of<typeof achievementEarned>, { session: sql }: Context): Promise<Outcome> {
    const points = this.settings.FLAGS.has('leaderboard.badgeBonus') ? this.settings.BADGE_BONUS_POINTS : 0;
    if (points === 0 || data.answerEventId === null) return done;
    const modeId = await addBonus(sql, data.answerEventId, points);
    return modeId === undefined ? done : this.show(sql, modeId);
  }

  private async show(sql: EntityManager, modeId: number): Promise<Outcome> {
    if (!this.settings.FLAGS.has('leaderboard.scoreFromEvents') || !(await isOwner(sql))) return done;
    try {
      await this.boards.replaceBy(sql, modeId, () => readBest(sql, modeId));
      return done;
    } catch (error) {
      if (isRefusedWrite(error)) return retry(movingPauseMs, 'The boards are being moved.');
      throw error;
    }
  }
}
