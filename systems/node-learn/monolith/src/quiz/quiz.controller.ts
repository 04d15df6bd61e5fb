/** The ways to play. */
import { Controller, Get } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { QuizMode } from './quiz-mode.entity.ts';

@Controller('quiz')
export class QuizController {
  constructor(@InjectRepository(QuizMode) private readonly modes: Repository<QuizMode>) {}

  @Get('modes')
  list(): Promise<QuizMode[]> {
    return this.modes.find({ order: { id: 'ASC' } });
  }
}
