/** Reveals answers, which the question service keeps. */
import { Controller, Get, HttpException, Inject, Param } from '@nestjs/common';
import { Neighbours } from '../references/neighbours.ts';

const timeoutMs = 3_000;

@Controller('answers')
export class AnswersController {
  constructor(@Inject(Neighbours) private readonly neighbours: Neighbours) {}

  @Get(':questionId')
  async reveal(@Param('questionId') questionId: string): Promise<unknown> {
    const path = `/internal/questions/${encodeURIComponent(questionId)}/answer`;
    const { status, body } = await this.neighbours.ask('question', path, timeoutMs);
    if (status === 200) return body;
    if (status === 404) throw new HttpException(body as object, 404);
    throw new Error(`The question service answered ${status}`);
  }
}
