/** The three public routes of the bank, as the monolith answers them. */
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { QUESTION_SETTINGS, type QuestionSettings } from '../settings.ts';
import { type PublicQuestion, questionToPublic } from './public-question.ts';
import type { Question } from './question.entity.ts';
import { type QuestionFilters, Questions } from './questions.ts';

@Controller('questions')
export class QuestionsController {
  constructor(
    @Inject(QUESTION_SETTINGS) private readonly settings: QuestionSettings,
    @Inject(Questions) private readonly questions: Questions,
  ) {}

  @Get()
  async list(@Query() filters: QuestionFilters): Promise<PublicQuestion[]> {
    return this.show(await this.questions.listActive(filters));
  }

  @Get('random')
  async random(): Promise<PublicQuestion | undefined> {
    return this.show([await this.questions.findRandom()])[0];
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<PublicQuestion | undefined> {
    return this.show([await this.questions.find(id)])[0];
  }

  private show(questions: readonly Question[]): PublicQuestion[] {
    const options = { hideExplanation: this.settings.FLAGS.has('questions.hideExplanation') };
    const shown = questions.map((question) => questionToPublic(question, options));
    crashPoint('question.public.before-answer');
    return shown;
  }
}
