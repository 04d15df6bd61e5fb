/** Reveals answers. */
import { Controller, Get, Param } from '@nestjs/common';
import { type Answer, AnswersService } from './answers.service.ts';

@Controller('answers')
export class AnswersController {
  constructor(private readonly answers: AnswersService) {}

  @Get(':questionId')
  reveal(@Param('questionId') questionId: string): Promise<Answer> {
    return this.answers.reveal(questionId);
  }
}
