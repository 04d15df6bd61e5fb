/** A question as its administrators see it, and what they send to create or change one. */
import type { Choice, Difficulty, Question, QuestionType } from '../questions/question.entity.ts';

export interface AdminQuestion {
  readonly id: number;
  readonly questionType: QuestionType;
  readonly practical: boolean;
  readonly question: string;
  readonly answer: string | null;
  readonly quiz: string | null;
  readonly matchKeywords: string[] | null;
  readonly difficulty: Difficulty;
  readonly topic: string;
  readonly isActive: boolean;
  readonly choices: AdminChoice[];
}

interface AdminChoice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
  readonly isGood: boolean;
  readonly explanation: string | null;
}

export interface CreateQuestion {
  readonly questionType: QuestionType;
  readonly question: string;
  readonly answer?: string | null;
  readonly quiz?: string | null;
  readonly matchKeywords?: string[] | null;
  readonly difficulty: Difficulty;
  readonly topic: string;
  readonly isActive?: boolean;
  readonly choices?: CreateChoice[];
}

export type UpdateQuestion = Partial<CreateQuestion>;

interface CreateChoice {
  readonly choiceText: string;
  readonly isGood: boolean;
  readonly explanation?: string | null;
}

export function questionToAdmin(question: Question): AdminQuestion {
  return {
    id: question.id,
    questionType: question.questionType,
    practical: question.practical,
    question: question.question,
    answer: question.answer,
    quiz: question.quiz,
    matchKeywords: question.matchKeywords,
    difficulty: question.difficulty,
    topic: question.topic,
    isActive: question.isActive,
    choices: question.choices.map(choiceToAdmin),
  };
}

function choiceToAdmin(choice: Choice): AdminChoice {
  return {
    id: choice.id,
    questionId: choice.questionId,
    choiceText: choice.choiceText,
    isGood: choice.isGood,
    explanation: choice.explanation,
  };
}
