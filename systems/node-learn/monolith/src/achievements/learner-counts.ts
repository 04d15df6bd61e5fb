/** What a learner has got right so far, asked of the database one number at a time. */
import type { EntityManager } from 'typeorm';
import type { Difficulty, QuestionType } from '../questions/question.entity.ts';

/** A class of questions: those of one type, of one difficulty, or with or without code. */
export type QuestionClass =
  | { readonly column: 'question_type'; readonly value: QuestionType }
  | { readonly column: 'difficulty'; readonly value: Difficulty }
  | { readonly column: 'practical'; readonly value: boolean };

export class LearnerCounts {
  constructor(
    private readonly manager: EntityManager,
    private readonly userId: unknown,
  ) {}

  /** Different questions of the class that were right at least once. */
  async right({ column, value }: QuestionClass): Promise<number> {
    return this.count(
      `SELECT COUNT(DISTINCT s.question_id) AS count
       FROM user_question_stats s JOIN questions q ON q.id = s.question_id
       WHERE s.user_id = $1 AND s.correct_count > 0 AND q.${column} = $2`,
      [this.userId, value],
    );
  }

  /** All questions of the class, the inactive ones too. */
  async existing({ column, value }: QuestionClass): Promise<number> {
    return this.count(`SELECT COUNT(*) AS count FROM questions WHERE ${column} = $1`, [value]);
  }

  /** Right answers in all, repeats included. */
  async rightAnswers(): Promise<number> {
    return this.count('SELECT COALESCE(SUM(correct_count), 0) AS count FROM user_question_stats WHERE user_id = $1', [this.userId]);
  }

  async wrongAnswersTo(questionId: unknown): Promise<number> {
    return this.count(
      'SELECT COALESCE(SUM(incorrect_count), 0) AS count FROM user_question_stats WHERE user_id = $1 AND question_id = $2',
      [this.userId, questionId],
    );
  }

  private async count(sql: string, parameters: unknown[]): Promise<number> {
    const [row] = await this.manager.query<{ count: number }[]>(sql, parameters);
    return row?.count ?? 0;
  }
}
