/** The right answer of a question, for whoever has made up their mind. */
import { Injectable } from '@nestjs/common';
import { QuestionsService } from '../questions/questions.service.ts';

export interface Answer {
  readonly questionId: number;
  readonly answer: string;
  readonly choices: readonly AnswerChoice[];
  readonly matchKeywords: readonly string[];
}

interface AnswerChoice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
  readonly isGood: boolean;
  readonly explanation: string | null;
}

@Injectable()
export class AnswersService {
  constructor(private readonly questions: QuestionsService) {}

  async reveal(questionId: string): Promise<Answer> {
    const question = await this.questions.findWithChoices(questionId);
    return {
      questionId: question.id,
      answer: question.answer ?? '',
      choices: question.choices.map(({ id, questionId, choiceText, isGood, explanation }) => ({
        id,
        questionId,
        choiceText,
        isGood,
        explanation,
      })),
      matchKeywords: question.matchKeywords ?? [],
    };
  }
}
