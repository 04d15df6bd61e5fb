/** Quiz modes. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QuizMode } from './quiz-mode.entity.ts';
import { QuizController } from './quiz.controller.ts';

@Module({ imports: [TypeOrmModule.forFeature([QuizMode])], controllers: [QuizController] })
export class QuizModule {}
