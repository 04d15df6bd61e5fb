/** Takes the word of nobody: with flag `quiz.serverValidation` an answer is judged here when the client shows what it was asked and gave. */
import { answerBody } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';
import type { GivenAnswer } from '../recording/given-answer.ts';
import { Neighbours } from '../references/neighbours.ts';
import { QUIZ_SETTINGS, type QuizSettings } from '../settings.ts';
import { givenProof, isRightAnswer, type JudgedQuestion } from './right-answer.ts';

const timeoutMs = 3_000;

@Injectable()
export class ServerValidation {
  constructor(
    @Inject(QUIZ_SETTINGS) private readonly settings: QuizSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  /** Without a proof the client's word counts, and the answer is marked. Rejects when the question cannot be asked for. */
  async judge(answer: GivenAnswer, proof: unknown): Promise<GivenAnswer> {
    if (!this.settings.FLAGS.has('quiz.serverValidation')) return answer;
    const given = givenProof.safeParse(proof);
    if (!given.success) return { ...answer, isUnverified: true };
    const isCorrect = isRightAnswer(await this.question(answer.questionId), given.data);
    return { ...answer, isCorrect, verdict: isCorrect };
  }

  private async question(id: number): Promise<JudgedQuestion> {
    const [ref] = await this.database.read<Pick<JudgedQuestion, 'type'>>('select question_type as type from question_refs where id = $1', [
      id,
    ]);
    if (ref === undefined) throw new Error(`There is no question ${id}`);
    const { choices, matchKeywords } = answerBody.parse(
      await this.neighbours.read('question', `/internal/questions/${id}/answer`, {}, timeoutMs),
    );
    return { type: ref.type, choices, keywords: matchKeywords };
  }
}
