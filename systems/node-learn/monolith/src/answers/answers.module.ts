/** Answers. */
import { Module } from '@nestjs/common';
import { QuestionsModule } from '../questions/questions.module.ts';
import { AnswersController } from './answers.controller.ts';
import { AnswersService } from './answers.service.ts';

@Module({ imports: [QuestionsModule], controllers: [AnswersController], providers: [AnswersService] })
export class AnswersModule {}
