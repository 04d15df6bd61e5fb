/** What visitors see of a question: everything but what gives the answer away. */
import { drawChoices } from './choice-drawing.ts';
import type { Choice, Difficulty, Question, QuestionType } from './question.entity.ts';

interface PublicChoice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
  readonly explanation?: string | null;
}

export interface PublicQuestion {
  readonly id: number;
  readonly questionType: QuestionType;
  readonly practical: boolean;
  readonly question: string;
  readonly quiz: string | null;
  readonly difficulty: Difficulty;
  readonly topic: string;
  readonly isActive: boolean;
  readonly choices?: PublicChoice[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Only on questions that expect words. */
  readonly keywordCount?: number;
}

export interface PublicOptions {
  /** Only wrong choices have explanations, so that they betray the right one. */
  readonly hideExplanation: boolean;
}

/** The choices are left out when the question was loaded without them. The order of keys is part of the answer. */
export function questionToPublic(question: Question, options: PublicOptions): PublicQuestion {
  return {
    id: question.id,
    questionType: question.questionType,
    practical: question.practical,
    question: question.question,
    quiz: question.quiz,
    difficulty: question.difficulty,
    topic: question.topic,
    isActive: question.isActive,
    ...(question.choices && {
      choices: drawChoices(question.questionType, question.choices).map((choice) => choiceToPublic(choice, options)),
    }),
    createdAt: question.createdAt,
    updatedAt: question.updatedAt,
    ...(question.matchKeywords?.length && { keywordCount: question.matchKeywords.length }),
  };
}

function choiceToPublic({ id, questionId, choiceText, explanation }: Choice, { hideExplanation }: PublicOptions): PublicChoice {
  return { id, questionId, choiceText, ...(!hideExplanation && { explanation }) };
}
