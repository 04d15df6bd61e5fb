/** Has the monolith check badges, as long as it owns them: once it can see the answer. */
import { createFlowBack, type FlowBack } from '@banyan/service';
import { traceHeaders } from '@banyan/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';
import type { GivenAnswer } from './given-answer.ts';

export interface AwardedBadge {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly sprite_col: number;
  readonly sprite_row: number;
}

/** `failed`: the monolith tried and could not; it will not try again either. */
export type BadgeCheck = { readonly kind: 'awarded'; readonly awarded: readonly AwardedBadge[] } | { readonly kind: 'failed' };

/** Of the check itself, at least. */
const checkWithinMs = 4_000;

@Injectable()
export class MonolithBadges {
  /** A call that takes longer has failed. */
  readonly timeoutMs: number;
  private readonly flowBack: FlowBack;

  constructor(@Inject(QUIZ_SETTINGS) private readonly settings: QuizSettings) {
    this.flowBack = createFlowBack({ extraction: 'quiz', settings });
    this.timeoutMs = Math.max(settings.CHECK_WITHIN_MS ?? 0, settings.FLOW_BACK_WITHIN_MS + checkWithinMs);
  }

  /**
   * Not in the name of the caller: the gateway would have it wait until the caller's own write, which this is a part of, has flowed back.
   * Rejects when it is not known whether they were checked: then it may be asked again, and awards what is still missing.
   */
  async check({ userId, questionId }: Pick<GivenAnswer, 'userId' | 'questionId'>, signal: AbortSignal): Promise<BadgeCheck> {
    await this.flowBack.reached(signal);
    const response = await fetch(new URL('/api/achievements/check', this.settings.GATEWAY_URL), {
      method: 'POST',
      headers: { ...traceHeaders(), 'user-agent': 'node-learn quiz', 'content-type': 'application/json' },
      body: JSON.stringify({ userId, questionId, isCorrect: true }),
      signal,
    });
    const body = await response.text();
    if (response.status === 500) return { kind: 'failed' };
    if (response.status !== 201) throw new Error(`The monolith answered ${response.status}: ${body.slice(0, 200)}`);
    return { kind: 'awarded', awarded: (JSON.parse(body) as { awardedAchievements: AwardedBadge[] }).awardedAchievements };
  }
}
