/** Checks badges after each answer, while this service owns them; whoever waits for the outcome is always told. */
import { type HandlerContext, type Outcome, retry } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent, OUTBOX } from '@banyan/nest';
import { isRefusedWrite, report } from '@banyan/service';
import { achievementChecked, achievementCheckFailed, answerSubmitted, textToId } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Award } from '../badges/badge-statements.ts';
import { checkBadges, type CheckRequest } from '../badges/check-badges.ts';
import { crashPoint } from '../crash-points.ts';
import { isStale, lockAndRead } from '../projection/known-users.ts';
import { type BadgeOutbox, type CheckedAnswer, publishEarned } from './badge-events.ts';

/** A check that has failed so often is told as failed; with the consumer's pauses that takes less than a second. */
const attemptsMax = 3;
const movingPauseMs = 250;
const longestPauseMs = 30_000;

type Submitted = EventEnvelope<EventData<typeof answerSubmitted>>;

@Injectable()
export class AnswerChecks {
  constructor(@Inject(OUTBOX) private readonly outbox: BadgeOutbox) {}

  /** Runs after the projection has applied the answer, in the same transaction. */
  @OnEvent(answerSubmitted)
  async check(event: Submitted, { session: sql, attempt }: HandlerContext<EntityManager>): Promise<Outcome | void> {
    const { data } = event;
    const request = { userId: textToId(data.userId), questionId: textToId(data.questionId), isCorrect: data.isCorrect };
    const known = await lockAndRead(sql, request.userId, request.questionId);
    if (known.owner === 'moving') return retry(Math.min(longestPauseMs, movingPauseMs * 2 ** attempt), 'The badges are being moved.');
    if (known.owner === 'monolith') return;
    crashPoint('achievement.answer.projected');
    const answer = toCheckedAnswer(event);
    // Told by a publisher that knew less, or wrong: there is nothing to give, and somebody may wait for just that.
    const isChecked = data.isCorrect && !isStale(data, known);
    const awards = isChecked ? await this.award(sql, request, { answer, attempt }) : [];
    if (awards === 'failed') return;
    publishEarned(this.outbox, request.userId, awards, event.id);
    this.outbox.publish(achievementChecked, { ...answer, awarded: awards.map(({ badge }) => badge) });
  }

  private async award(
    sql: EntityManager,
    request: CheckRequest,
    { answer, attempt }: { readonly answer: CheckedAnswer; readonly attempt: number },
  ): Promise<readonly Award[] | 'failed'> {
    if (attempt < attemptsMax) return checkBadges(sql, request);
    try {
      // In a savepoint, so that the counts and the bad news can still be kept.
      return await sql.transaction((inner) => checkBadges(inner, request));
    } catch (error) {
      if (isRefusedWrite(error)) throw error;
      const reason = (error as Error).message;
      report('error', 'achievement.check.failed', 'Badges could not be checked after an answer', { event: answer.answerEventId, reason });
      this.outbox.publish(achievementCheckFailed, { ...answer, error: reason });
      return 'failed';
    }
  }
}

function toCheckedAnswer({ id, correlationid, data }: Submitted): CheckedAnswer {
  return { answerEventId: id, correlationId: correlationid, userId: data.userId, questionId: data.questionId };
}
