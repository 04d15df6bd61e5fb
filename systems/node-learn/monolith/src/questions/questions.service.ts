/** Reads the bank. */
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { type PublicQuestion, questionToPublic } from './public-question.ts';
import { Choice, Question } from './question.entity.ts';

export interface QuestionFilters {
  readonly search?: string;
  readonly difficulty?: string;
  readonly questionType?: string;
  readonly topic?: string | string[];
  readonly practical?: string;
}

@Injectable()
export class QuestionsService {
  constructor(
    @InjectRepository(Question) private readonly questions: Repository<Question>,
    @InjectRepository(Choice) private readonly choices: Repository<Choice>,
  ) {}

  async listActive(filters: QuestionFilters): Promise<PublicQuestion[]> {
    const query = this.questions.createQueryBuilder('question').where('question.isActive = true');
    const { search, difficulty, questionType, topic, practical } = filters;
    if (search) query.andWhere('question.text ILIKE :search', { search: `%${search}%` });
    if (difficulty) query.andWhere('question.difficulty = :difficulty', { difficulty });
    if (questionType) query.andWhere('question.questionType = :questionType', { questionType });
    if (topic) query.andWhere('question.topic = :topics', { topics: [topic].flat() });
    if (practical !== undefined) query.andWhere('question.practical = :practical', { practical: practical === 'true' });
    const questions = await query.getMany();
    await this.addChoices(questions);
    return questions.map(questionToPublic);
  }

  /** Any active question, without its choices. */
  async findRandom(): Promise<PublicQuestion> {
    const question = await this.questions
      .createQueryBuilder('question')
      .where('question.isActive = true')
      .orderBy('RANDOM()')
      .limit(1)
      .getOne();
    if (question === null) throw new NotFoundException('No active questions found in database.');
    return questionToPublic(question);
  }

  /** Inactive questions are found too: links to them keep working. */
  async findPublic(id: string): Promise<PublicQuestion> {
    return questionToPublic(await this.findWithChoices(id));
  }

  async findWithChoices(id: string): Promise<Question> {
    const question = await this.questions.findOne({ where: { id: Number(id) }, relations: { choices: true } });
    if (question === null) throw new NotFoundException(`Question with ID ${id} not found`);
    return question;
  }

  /** In a statement of its own and as plain rows: joined, every choice would carry the texts of its question once more. */
  private async addChoices(questions: readonly Question[]): Promise<void> {
    const choices = await this.choices.query<Choice[]>(
      `SELECT id, question_id AS "questionId", choice_text AS "choiceText", is_good AS "isGood", explanation
       FROM choices WHERE question_id = ANY($1)`,
      [questions.map((question) => question.id)],
    );
    const choicesByQuestion = Map.groupBy(choices, (choice) => choice.questionId);
    for (const question of questions) question.choices = choicesByQuestion.get(question.id) ?? [];
  }
}
