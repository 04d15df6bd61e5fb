/** The bank as visitors see it. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import type { PublicQuestion } from './public-question.ts';
import { type QuestionFilters, QuestionsService } from './questions.service.ts';

@Controller('questions')
export class QuestionsController {
  constructor(private readonly questions: QuestionsService) {}

  @Get()
  list(@Query() filters: QuestionFilters): Promise<PublicQuestion[]> {
    return this.questions.listActive(filters);
  }

  @Get('random')
  random(): Promise<PublicQuestion> {
    return this.questions.findRandom();
  }

  @Get(':id')
  find(@Param('id') id: string): Promise<PublicQuestion> {
    return this.questions.findPublic(id);
  }
}
