/** Counts answers, and sums them up per user. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { UserQuestionStat } from './user-question-stat.entity.ts';

export interface UserStats {
  readonly overall: OverallStats;
  readonly questions: readonly QuestionStat[];
}

interface OverallStats {
  readonly totalCorrect: number;
  readonly totalIncorrect: number;
  readonly totalAttempts: number;
  /** Per cent with two decimals; the number 0 without attempts. */
  readonly overallAccuracy: string | 0;
}

interface QuestionStat {
  readonly id: number;
  readonly user_id: number;
  readonly question_id: number;
  readonly correct_count: number;
  readonly incorrect_count: number;
  readonly question: string;
  readonly topic: string;
  readonly difficulty: string;
  readonly total_attempts: number;
  readonly accuracy_percentage: string;
}

@Injectable()
export class StatsService {
  constructor(@InjectRepository(UserQuestionStat) private readonly stats: Repository<UserQuestionStat>) {}

  /** Adds one to right or wrong in a single statement, so that answers given at once all count. */
  async count(userId: unknown, questionId: unknown, isCorrect: unknown): Promise<void> {
    await this.stats.query(
      `INSERT INTO user_question_stats (user_id, question_id, correct_count, incorrect_count)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id, question_id) DO UPDATE SET
         correct_count = user_question_stats.correct_count + CASE WHEN $5::boolean THEN 1 ELSE 0 END,
         incorrect_count = user_question_stats.incorrect_count + CASE WHEN NOT $5::boolean THEN 1 ELSE 0 END`,
      [userId, questionId, isCorrect ? 1 : 0, isCorrect ? 0 : 1, isCorrect],
    );
  }

  async findByUser(userId: string): Promise<UserStats> {
    const questions = await this.stats.query<QuestionStat[]>(
      `SELECT s.id, s.user_id, s.question_id, s.correct_count, s.incorrect_count, q.question, q.topic, q.difficulty,
              s.correct_count + s.incorrect_count AS total_attempts,
              ROUND(s.correct_count * 100.0 / (s.correct_count + s.incorrect_count), 2) AS accuracy_percentage
       FROM user_question_stats s
       JOIN questions q ON q.id = s.question_id
       WHERE s.user_id = $1
       ORDER BY s.id DESC`,
      [userId],
    );
    return { overall: sumUp(questions), questions };
  }

  /** Questions ever answered wrong; a later right answer does not clear them. */
  async findMissedQuestionIds(userId: string): Promise<number[]> {
    const rows = await this.stats.query<{ question_id: number }[]>(
      'SELECT question_id FROM user_question_stats WHERE user_id = $1 AND incorrect_count > 0 ORDER BY question_id',
      [userId],
    );
    return rows.map((row) => row.question_id);
  }
}

function sumUp(stats: readonly QuestionStat[]): OverallStats {
  const totalCorrect = stats.reduce((sum, stat) => sum + stat.correct_count, 0);
  const totalIncorrect = stats.reduce((sum, stat) => sum + stat.incorrect_count, 0);
  const totalAttempts = totalCorrect + totalIncorrect;
  const overallAccuracy = totalAttempts > 0 ? ((totalCorrect / totalAttempts) * 100).toFixed(2) : 0;
  return { totalCorrect, totalIncorrect, totalAttempts, overallAccuracy };
}
