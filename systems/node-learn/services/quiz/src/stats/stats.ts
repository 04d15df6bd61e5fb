/** Reads how often users got questions right and wrong. */
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';

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
export class Stats {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first; a result whose question is not known here is not shown. Rejects when the id is not an integer. */
  async findByUser(userId: string): Promise<UserStats> {
    const questions = await this.database.read<QuestionStat>(
      `select s.id, s.user_id, s.question_id, s.correct_count, s.incorrect_count, q.question, q.topic, q.difficulty,
              s.correct_count + s.incorrect_count as total_attempts,
              round(s.correct_count * 100.0 / (s.correct_count + s.incorrect_count), 2) as accuracy_percentage
       from user_question_stats s
       join question_refs q on q.id = s.question_id and not q.is_deleted
       where s.user_id = $1
       order by s.id desc`,
      [userId],
    );
    return { overall: sumUp(questions), questions };
  }

  /** Questions ever answered wrong, ascending; a later right answer does not clear them. Rejects when the id is not an integer. */
  async findMissedQuestionIds(userId: string): Promise<number[]> {
    const rows = await this.database.read<{ question_id: number }>(
      'select question_id from user_question_stats where user_id = $1 and incorrect_count > 0 order by question_id',
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
