/** The rows of the data set, as the columns of the tables are called. */
import type { Difficulty, QuestionType } from './bank-question.ts';

export interface UserRow {
  readonly id: number;
  readonly google_id: string;
  readonly email: string;
  readonly name: string;
  readonly picture: string;
  readonly is_admin: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface QuestionRow {
  readonly id: number;
  readonly question_type: QuestionType;
  readonly practical: boolean;
  readonly difficulty: Difficulty;
  readonly topic: string;
  readonly question: string;
  readonly answer: string;
  readonly quiz: string | null;
  readonly match_keywords: readonly string[] | null;
  readonly is_active: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ChoiceRow {
  readonly id: number;
  readonly question_id: number;
  readonly choice_text: string;
  readonly is_good: boolean;
  readonly explanation: string | null;
}

export interface StatRow {
  readonly id: number;
  readonly user_id: number;
  readonly question_id: number;
  readonly correct_count: number;
  readonly incorrect_count: number;
}

export interface UserAchievementRow {
  readonly id: number;
  readonly user_id: number;
  readonly achievement_id: number;
  readonly unlocked_at: string;
}

export interface LeaderboardRow {
  readonly quiz_mode_id: number;
  readonly position: number;
  readonly user_id: number;
  readonly correct_answers: number;
  readonly total_questions: number;
  readonly streak: number;
  readonly achieved_at: string;
}
