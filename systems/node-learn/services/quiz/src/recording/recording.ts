/** Records an answer and tells which badges it brought. */
import { createHash, randomUUID } from 'node:crypto';
import { SagaError } from '@banyan/saga';
import { Inject, Injectable } from '@nestjs/common';
import { References } from '../references/references.ts';
import { ServerValidation } from '../validation/server-validation.ts';
import { AnswerSagas } from './answer-sagas.ts';
import { refusals } from './answer-submission.ts';
import type { GivenAnswer } from './given-answer.ts';
import type { AwardedBadge } from './monolith-badges.ts';

/** The results may not be written here now: another program owns them, or a cutover is under way. */
export class NotWritable extends Error {}
/** The idempotency key stands for another answer of the user already. */
export class KeyTaken extends Error {}

export interface RecordOptions {
  readonly idempotencyKey?: string | undefined;
  /** What the answer can be judged by. */
  readonly proof?: unknown;
}

@Injectable()
export class Recording {
  constructor(
    @Inject(References) private readonly references: References,
    @Inject(ServerValidation) private readonly validation: ServerValidation,
    @Inject(AnswerSagas) private readonly sagas: AnswerSagas,
  ) {}

  /**
   * The badges awarded just now; none when they are late. Requests of one user with the same idempotency key are one answer.
   * Rejects when the answer is not counted, with NotWritable or KeyTaken among others, and when the monolith could not check badges for it.
   */
  async record(given: GivenAnswer, { idempotencyKey, proof }: RecordOptions): Promise<readonly AwardedBadge[]> {
    await this.references.require(given.userId, given.questionId);
    const answer = await this.validation.judge(given, proof);
    const key = idempotencyKey === undefined ? randomUUID() : hash(`${answer.userId} ${idempotencyKey}`);
    const outcome = await this.sagas.submit(key, answer).catch((error: unknown) => {
      if (error instanceof SagaError && error.code === 'SAGA_KEY_TAKEN') throw new KeyTaken(error.message, { cause: error });
      throw error;
    });
    switch (outcome.state) {
      case 'running':
        return [];
      case 'completed':
        if (outcome.result.hasFailed) throw new Error('The monolith could not check badges; the answer is counted');
        return outcome.result.awarded;
      default:
        throw outcome.reason === refusals.fenced ? new NotWritable(outcome.reason) : new Error(outcome.reason);
    }
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
