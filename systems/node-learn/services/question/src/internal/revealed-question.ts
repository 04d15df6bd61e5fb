/** A question with what visitors may not see: its answer, and as its administrators edit it. */
import type { Choice, Difficulty, Question, QuestionType } from '../questions/question.entity.ts';

interface RevealedChoice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
  readonly isGood: boolean;
  readonly explanation: string | null;
}

interface Answer {
  readonly questionId: number;
  readonly answer: string;
  readonly choices: readonly RevealedChoice[];
  readonly matchKeywords: readonly string[];
}

export interface AdminQuestion {
  readonly id: number;
  readonly questionType: QuestionType;
  readonly practical: boolean;
  readonly question: string;
  readonly answer: string | null;
  readonly quiz: string | null;
  readonly matchKeywords: readonly string[] | null;
  readonly difficulty: Difficulty;
  readonly topic: string;
  readonly isActive: boolean;
  readonly choices: readonly RevealedChoice[];
}

/** The order of keys is part of what clients are answered from it. */
export function questionToAnswer({ id, answer, choices, matchKeywords }: Question): Answer {
  return { questionId: id, answer: answer ?? '', choices: choices.map(choiceToRevealed), matchKeywords: matchKeywords ?? [] };
}

export function questionToAdmin(question: Question): AdminQuestion {
  const { id, questionType, practical, answer, quiz, matchKeywords, difficulty, topic, isActive } = question;
  const choices = question.choices.map(choiceToRevealed);
  return { id, questionType, practical, question: question.question, answer, quiz, matchKeywords, difficulty, topic, isActive, choices };
}

function choiceToRevealed({ id, questionId, choiceText, isGood, explanation }: Choice): RevealedChoice {
  return { id, questionId, choiceText, isGood, explanation };
}
