/** The ways to play. */
import { Controller, Get, Inject } from '@nestjs/common';
import { Database } from '../database.ts';

interface QuizMode {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly filters: Readonly<Record<string, unknown>> | null;
}

@Controller('quiz')
export class QuizController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get('modes')
  list(): Promise<QuizMode[]> {
    return this.database.read<QuizMode>('select id, name, description, filters from quiz_modes order by id');
  }
}
