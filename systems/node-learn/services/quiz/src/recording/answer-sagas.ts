/** Runs the sagas of answers, in this process or taken over from one that died, and feeds them with what achievement tells. */
import type { HandlerContext } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';
import { OnEvent, OUTBOX, TRANSACTIONS } from '@banyan/nest';
import { ServiceSagas } from '@banyan/nest/service-sagas';
import type { Transactions } from '@banyan/outbox';
import type { SagaOutcome } from '@banyan/saga';
import { achievementChecked, achievementCheckFailed } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Database } from '../database.ts';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';
import { type AnswerSubmission, checkedWithinMs, defineAnswerSubmission, type SubmittedAnswer } from './answer-submission.ts';
import type { GivenAnswer } from './given-answer.ts';
import { LateChecks } from './late-checks.ts';
import { MonolithBadges } from './monolith-badges.ts';
import type { QuizOutbox } from './recorded-answer.ts';

/** So much longer than the saga waits for badges is it waited for, so that it is the saga that says how it ended. */
const graceMs = 1_000;
/** An answer that is not counted by then is one whose outcome its caller cannot be told. */
const recordedWithinMs = 30_000;

/** Sagas of right answers stay under way while the monolith is slow: new ones must not wait for them. */
const atOnce = 2_000;

/** So long an idempotency key counts. */
const endedKeptMs = 24 * 60 * 60_000;

@Injectable()
export class AnswerSagas extends ServiceSagas {
  private readonly definition: AnswerSubmission;
  private readonly endWithinMs: number;

  constructor(
    @Inject(Database) { sagaPool: pool }: Database,
    @Inject(TRANSACTIONS) transactions: Transactions<PoolClient>,
    @Inject(OUTBOX) outbox: QuizOutbox,
    @Inject(MonolithBadges) badges: MonolithBadges,
    @Inject(LateChecks) lateChecks: LateChecks,
    @Inject(QUIZ_SETTINGS) { CHECK_WITHIN_MS: checkWithinMs = checkedWithinMs }: QuizSettings,
  ) {
    const definition = defineAnswerSubmission({
      outbox,
      askMonolith: (answer, signal) => badges.check(answer, signal),
      askTimeoutMs: badges.timeoutMs,
      checkWithinMs,
      leaveUnchecked: (session, eventId, answer) => lateChecks.leave(session, eventId, answer),
    });
    super({ transactions, pool, sagas: [definition], atOnce, endedKeptMs });
    this.definition = definition;
    this.endWithinMs = Math.max(checkWithinMs, badges.timeoutMs) + graceMs;
  }

  /**
   * How the saga ends; the same key and answer again is the same saga. `running`: the answer is counted and its badges are late.
   * Rejects when it is not counted in 30 s; with SAGA_KEY_TAKEN for a key with another answer.
   */
  async submit(key: string, answer: GivenAnswer): Promise<SagaOutcome<SubmittedAnswer>> {
    const { id } = await this.engine.start(this.definition, key, answer);
    for (const overAt = performance.now() + recordedWithinMs; performance.now() < overAt;) {
      const outcome = await this.engine.waitForEnd(this.definition, key, { withinMs: this.endWithinMs });
      if (outcome.state !== 'running' || (await this.isRecorded(id))) return outcome;
    }
    throw new Error('Whether the answer will be counted is not known yet');
  }

  private async isRecorded(id: string): Promise<boolean> {
    const { records } = await this.engine.operator.show(id);
    return records.some(({ kind, step }) => kind === 'done' && step === 'record');
  }

  @OnEvent(achievementChecked)
  async hearChecked(event: EventEnvelope, _context: HandlerContext<PoolClient>): Promise<void> {
    await this.hear(event);
  }

  @OnEvent(achievementCheckFailed)
  async hearFailed(event: EventEnvelope, _context: HandlerContext<PoolClient>): Promise<void> {
    await this.hear(event);
  }
}
