/** The saga of one answer: it is counted, badges are checked for it, and it is taken back when that fails. */
import type { SqlSession } from '@banyan/outbox';
import { refuse, type Refusal, type Saga, sagaOver } from '@banyan/saga';
import { isRefusedWrite } from '@banyan/service';
import { achievementChecked, achievementCheckFailed } from '@node-learn/contracts';
import type { PoolClient } from 'pg';
import { crashPoint } from '../crash-points.ts';
import { statementTimeoutMs } from '../database.ts';
import { type GivenAnswer, givenAnswer } from './given-answer.ts';
import type { AwardedBadge, BadgeCheck } from './monolith-badges.ts';
import { type QuizOutbox, recordAnswer, takeBackAnswer } from './recorded-answer.ts';

export interface AnswerSubmissionParts {
  readonly outbox: QuizOutbox;
  /** Asks the monolith; rejects when it is not known whether it has checked. */
  readonly askMonolith: (answer: GivenAnswer, signal: AbortSignal) => Promise<BadgeCheck>;
  readonly askTimeoutMs: number;
  /** What achievement may take; an answer whose badges come later stands. */
  readonly checkWithinMs: number;
  /** Nobody is known to have checked badges for it: from here on that is looked after elsewhere. */
  readonly leaveUnchecked: (session: SqlSession, eventId: string, answer: GivenAnswer) => Promise<void>;
}

/** `failed`: the answer is counted all the same, as in the monolith. */
export interface SubmittedAnswer {
  readonly awarded: readonly AwardedBadge[];
  readonly hasFailed: boolean;
}

export type AnswerSubmission = Saga<'answer-submission', GivenAnswer, SubmittedAnswer>;

/** Reasons of a refusal that callers tell apart. */
export const refusals = { fenced: 'The results may not be written here now', unknown: 'The user or the question is not known' } as const;

/** So long the badges of an answer are waited for unless the settings say otherwise. */
export const checkedWithinMs = 5_000;
/** Of the saga as a whole: an answer whose recording was cut off by a crash is still recorded or taken back when the program is up again. */
const limitMs = 10 * 60_000;
export function defineAnswerSubmission(parts: AnswerSubmissionParts): AnswerSubmission {
  const { outbox, askMonolith, askTimeoutMs, checkWithinMs, leaveUnchecked } = parts;
  return sagaOver<PoolClient>()('answer-submission', { version: 1, input: givenAnswer, limitMs })
    .local('record', {
      timeoutMs: statementTimeoutMs,
      action: async ({ session, input }) => {
        crashPoint('quiz.record.before-write');
        const recorded = await recordAnswer(session, outbox, input).catch((error: unknown) => {
          if (isRefusedWrite(error)) return refuse(refusals.fenced);
          throw error;
        });
        crashPoint('quiz.record.written');
        return recorded ?? refuse(refusals.unknown);
      },
      undo: async ({ session, saga, input, result, reason }) => {
        await takeBackAnswer(session, outbox, input, { recorded: result, correlationId: saga.correlationId, reason });
        crashPoint('quiz.answer.taken-back');
      },
    })
    .onlyIf(({ input, results }) => input.isCorrect && results.record.badgeOwner === 'achievement')
    .wait('check', {
      events: [achievementChecked, achievementCheckFailed],
      by: ({ data }) => data.answerEventId,
      key: ({ results }) => results.record.answerEventId,
      withinMs: checkWithinMs,
      onEvent: (event): Checked | Refusal =>
        event.type === 'achievement.checked' ? { kind: 'awarded', awarded: event.data.awarded } : refuse(event.data.error),
      onTimeout: () => unchecked,
    })
    .pivot()
    .onlyIf(({ input, results }) => input.isCorrect && results.record.badgeOwner !== 'achievement')
    .call('ask-monolith', {
      timeoutMs: askTimeoutMs,
      retry: { attempts: 1 },
      action: ({ input, signal }): Promise<Checked> => askMonolith(input, signal).catch(() => unchecked),
    })
    .onlyIf(({ results }) => outcomeOf(results)?.kind === 'unchecked')
    .local('leave-unchecked', {
      action: async ({ session, input, results }) => leaveUnchecked(session, results.record.answerEventId, input),
    })
    .end({
      result: ({ results }) => {
        const outcome = outcomeOf(results);
        return { awarded: outcome?.kind === 'awarded' ? outcome.awarded : [], hasFailed: outcome?.kind === 'failed' };
      },
      marks: ({ input, results }) => {
        const kind = outcomeOf(results)?.kind;
        return [
          ...(input.isUnverified ? ['unverified'] : []),
          ...(kind === 'unchecked' ? ['late'] : []),
          ...(kind === 'failed' ? ['unchecked'] : []),
        ];
      },
    });
}

type Checked = BadgeCheck | { readonly kind: 'unchecked' };

const unchecked: Checked = { kind: 'unchecked' };

/** Undefined for a wrong answer: nobody checks badges for it. */
function outcomeOf(results: { readonly check?: Checked | undefined; readonly 'ask-monolith'?: Checked | undefined }): Checked | undefined {
  return results.check ?? results['ask-monolith'];
}
