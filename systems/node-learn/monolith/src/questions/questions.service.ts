/** Reads the bank. */
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { type PublicQuestion, questionToPublic } from './public-question.ts';
import { Question } from './question.entity.ts';

export interface QuestionFilters {
  readonly search?: string;
  readonly difficulty?: string;
  readonly questionType?: string;
  readonly topic?: string | string[];
  readonly practical?: string;
}

@Injectable()
export class QuestionsService {
  constructor(@InjectRepository(Question) private readonly questions: Repository<Question>) {}

  async listActive(filters: QuestionFilters): Promise<PublicQuestion[]> {
    const query = this.questions
      .createQueryBuilder('question')
      .leftJoinAndSelect('question.choices', 'choice')
      .where('question.isActive = true');
    const { search, difficulty, questionType, topic, practical } = filters;
    if (search) query.andWhere('question.text ILIKE :search', { search: `%${String(search)}%` });
    if (difficulty) query.andWhere('question.difficulty = :difficulty', { difficulty });
    if (questionType) query.andWhere('question.questionType = :questionType', { questionType });
    if (topic) query.andWhere('question.topic = :topics', { topics: [topic].flat() });
    if (practical !== undefined) query.andWhere('question.practical = :practical', { practical: practical === 'true' });
    return (await query.getMany()).map(questionToPublic);
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
}
