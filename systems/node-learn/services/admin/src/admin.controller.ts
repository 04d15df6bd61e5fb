/** The bank and the users, for administrators, as the monolith answers them. */
import { refuseWrite, type RequestOfCaller } from '@banyan/nest';
import type { AnswerOfService } from '@banyan/service';
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Bank, type Command } from './bank.ts';
import { Neighbours } from './neighbours.ts';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

@Controller('admin')
export class AdminController {
  constructor(
    @Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings,
    @Inject(Bank) private readonly bank: Bank,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  @Get('questions')
  listQuestions(): Promise<unknown> {
    return this.neighbours.readBank();
  }

  @Post('questions')
  create(@Body() body: unknown, @Req() { callerId }: RequestOfCaller, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.command({ action: 'created', questionId: undefined, userId: Number(callerId), body }, reply);
  }

  @Put('questions/:id')
  update(
    @Param('id', ParseIntPipe) questionId: number,
    @Body() body: unknown,
    @Req() { callerId }: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.command({ action: 'updated', questionId, userId: Number(callerId), body }, reply);
  }

  @Delete('questions/:id')
  async delete(
    @Param('id', ParseIntPipe) questionId: number,
    @Req() { callerId }: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.command({ action: 'deleted', questionId, userId: Number(callerId) }, reply);
  }

  @Get('users')
  listUsers(): Promise<unknown> {
    return this.neighbours.readUsers();
  }

  /** Refusals are 500 as in the monolith; flag `admin.strictErrors` tells what they are. */
  private async command(command: Command, reply: FastifyReply): Promise<unknown> {
    const { status, body } = await this.bank.command(command);
    if (status === 503) refuseWrite(reply);
    if (status === 200 || status === 201) return body;
    const message = messageOf({ status, body });
    const isStrict = this.settings.FLAGS.has('admin.strictErrors');
    if (status === 400 || (isStrict && status === 422)) throw new BadRequestException(message);
    if (isStrict && status === 404) throw new NotFoundException(message);
    throw new Error(`The question service answered ${status}: ${message}`);
  }
}

function messageOf({ body }: AnswerOfService): string {
  const { message } = (body ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'refused';
}
