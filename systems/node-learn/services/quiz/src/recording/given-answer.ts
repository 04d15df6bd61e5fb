/** Reads what was sent as an answer, as the monolith and its database read it: oddities included. */
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '../database.ts';

/** The body of a request: nothing of it has been checked. */
export interface AnswerBody {
  readonly userId?: unknown;
  readonly questionId?: unknown;
  readonly isCorrect?: unknown;
  readonly streak?: unknown;
  readonly quizModeId?: unknown;
  /** What it can be judged by. */
  readonly answer?: unknown;
}

/** What is left of it once it is read. */
export const givenAnswer = z.object({
  userId: z.int(),
  questionId: z.int(),
  /** What counts on a new row, and whether badges are checked: any value that JavaScript takes for true. */
  isCorrect: z.boolean(),
  /** What counts on a row that is there: what PostgreSQL takes the value for; null counts nothing. */
  verdict: z.boolean().nullable(),
  streak: z.int().nullable(),
  quizModeId: z.string().nullable(),
  /** The client's word alone says whether it is right, although it could be judged here. */
  isUnverified: z.boolean(),
});

export type GivenAnswer = z.output<typeof givenAnswer>;

@Injectable()
export class GivenAnswers {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The caller wins over the body. Rejects without a user or a question, and for values that the database refuses. */
  async read(body: AnswerBody | undefined, callerId: unknown): Promise<GivenAnswer> {
    const { questionId, isCorrect, streak, quizModeId } = body as AnswerBody;
    const userId = callerId ?? body?.userId;
    if (!userId || !questionId) throw new Error('An answer needs a user and a question');
    const [read] = await this.database.read<Pick<GivenAnswer, 'userId' | 'questionId' | 'verdict'>>(
      'select $1::integer as "userId", $2::integer as "questionId", $3::boolean as verdict',
      [userId, questionId, isCorrect],
    );
    return { ...read!, isCorrect: Boolean(isCorrect), streak: toStreak(streak), quizModeId: toId(quizModeId), isUnverified: false };
  }
}

/** Carried along and not counted here: what is no whole number is left out. */
function toStreak(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}

function toId(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^(0|[1-9]\d{0,14})$/.test(text) ? text : null;
}
