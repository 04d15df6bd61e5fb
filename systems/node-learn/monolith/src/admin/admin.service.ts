/** Maintains the bank. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import { Choice, Question } from '../questions/question.entity.ts';
import { type AdminQuestion, type CreateQuestion, type UpdateQuestion, questionToAdmin } from './admin-question.ts';

@Injectable()
export class AdminService {
  constructor(
    @InjectRepository(Question) private readonly questions: Repository<Question>,
    @InjectRepository(Choice) private readonly choices: Repository<Choice>,
  ) {}

  async listQuestions(): Promise<AdminQuestion[]> {
    const questions = await this.questions.find({ relations: { choices: true }, order: { id: 'DESC', choices: { id: 'ASC' } } });
    return questions.map(questionToAdmin);
  }

  async create(input: CreateQuestion): Promise<AdminQuestion> {
    const { choices, ...fields } = input;
    const question = await this.questions.save(this.questions.create(fields));
    if (choices) await this.choices.save(choices.map((choice) => this.choices.create({ ...choice, questionId: question.id })));
    return readAdminQuestion(this.questions.manager, question.id);
  }

  /** Replaces all choices by the given ones, also when none are given. */
  async update(id: number, input: UpdateQuestion): Promise<AdminQuestion> {
    const { choices, ...fields } = input;
    return this.questions.manager.transaction(async (manager) => {
      const question = await manager.findOneByOrFail(Question, { id });
      await manager.delete(Choice, { questionId: id });
      Object.assign(question, fields);
      question.choices = (choices ?? []).map((choice) => manager.create(Choice, choice));
      await manager.save(question);
      return readAdminQuestion(manager, question.id);
    });
  }

  async delete(id: number): Promise<void> {
    await this.questions.remove(await this.questions.findOneByOrFail({ id }));
  }
}

async function readAdminQuestion(manager: EntityManager, id: number): Promise<AdminQuestion> {
  return questionToAdmin(
    await manager.findOneOrFail(Question, { where: { id }, relations: { choices: true }, order: { choices: { id: 'ASC' } } }),
  );
}
