/** Reads the bank, with the monolith's oddities as long as no flag corrects them. */
import { throughConnectionLoss } from '@banyan/service';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { QUESTION_SETTINGS, type QuestionSettings } from '../settings.ts';
import { Choice, Question } from './question.entity.ts';

/** As they come in the query: nothing is checked but what the database refuses. */
export interface QuestionFilters {
  readonly search?: string | string[];
  readonly difficulty?: string;
  readonly questionType?: string;
  readonly topic?: string | string[];
  readonly practical?: string;
}

/** Every method only reads, and is asked again while a connection is lost. */
@Injectable()
export class Questions {
  constructor(
    @Inject(QUESTION_SETTINGS) private readonly settings: QuestionSettings,
    @InjectRepository(Question) private readonly questions: Repository<Question>,
    @InjectRepository(Choice) private readonly choices: Repository<Choice>,
  ) {}

  /** Active questions with their choices, in no particular order. */
  async listActive(filters: QuestionFilters): Promise<Question[]> {
    return throughConnectionLoss(async () => {
      const questions = await this.filter(filters).getMany();
      await this.addChoices(questions);
      return questions;
    });
  }

  /** Any active question, without its choices. Throws NotFoundException when none is active. */
  async findRandom(): Promise<Question> {
    const active = this.questions.createQueryBuilder('question').where('question.isActive = true').orderBy('RANDOM()').limit(1);
    const question = await throughConnectionLoss(() => active.getOne());
    if (question === null) throw new NotFoundException('No active questions found in database.');
    return question;
  }

  /** Also an inactive one: links to it keep working. Throws NotFoundException, naming the id as it was written. */
  async find(id: string): Promise<Question> {
    const question = await throughConnectionLoss(() => this.questions.findOne({ where: { id: Number(id) }, relations: { choices: true } }));
    if (question === null) throw new NotFoundException(`Question with ID ${id} not found`);
    return question;
  }

  /** All of them, newest first, choices by id. */
  async listAll(): Promise<Question[]> {
    return throughConnectionLoss(() =>
      this.questions.find({ relations: { choices: true }, order: { id: 'DESC', choices: { id: 'ASC' } } }),
    );
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.questions.query('select 1');
  }

  private filter({ search, difficulty, questionType, topic, practical }: QuestionFilters): SelectQueryBuilder<Question> {
    const { FLAGS } = this.settings;
    const query = this.questions.createQueryBuilder('question').where('question.isActive = true');
    if (search) {
      if (!FLAGS.has('questions.search')) throw new Error('The monolith cannot search either: it asks for a column that is not there');
      query.andWhere('position(lower(:search) in lower(question.question)) > 0', { search: [search].flat()[0] });
    }
    if (difficulty) query.andWhere('question.difficulty = :difficulty', { difficulty });
    if (questionType) query.andWhere('question.questionType = :questionType', { questionType });
    // Compared to the list itself, as the monolith does, the topic is never among the listed ones.
    if (topic)
      query.andWhere(`question.topic = ${FLAGS.has('questions.topicFilter') ? 'any(:topics)' : ':topics'}`, { topics: [topic].flat() });
    if (practical !== undefined) query.andWhere('question.practical = :practical', { practical: practical === 'true' });
    return query;
  }

  /** In a statement of its own and as plain rows: joined, every choice would carry the texts of its question once more. */
  private async addChoices(questions: readonly Question[]): Promise<void> {
    const choices = await this.choices.query<Choice[]>(
      `select id, question_id as "questionId", choice_text as "choiceText", is_good as "isGood", explanation
       from choices where question_id = any($1)`,
      [questions.map((question) => question.id)],
    );
    const choicesByQuestion = Map.groupBy(choices, (choice) => choice.questionId);
    for (const question of questions) question.choices = choicesByQuestion.get(question.id) ?? [];
  }
}
