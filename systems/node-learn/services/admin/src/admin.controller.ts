/** The bank and the users, for administrators. Texts and the order of the checks are the monolith's. */
import { CallerGuard, refuseWrite, type RequestOfCaller } from '@banyan/nest';
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
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Bank, type Command } from './bank.ts';
import { Neighbours } from './neighbours.ts';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

@Controller('admin')
@UseGuards(CallerGuard)
export class AdminController {
  constructor(
    @Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings,
    @Inject(Bank) private readonly bank: Bank,
    @Inject(Neighbours) private readonly neighbours: Neighbours,
  ) {}

  /** The monolith shows the bank with its answers to everybody; flag `admin.questionsGuard` leaves administrators. */
  @Get('questions')
  listQuestions(@Req() request: RequestOfCaller): Promise<unknown> {
    if (this.settings.FLAGS.has('admin.questionsGuard')) requireAdminAccess(request);
    return this.neighbours.readBank();
  }

  @Post('questions')
  create(@Body() body: unknown, @Req() request: RequestOfCaller, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.command({ action: 'created', questionId: undefined, userId: requireAdmin(request, 'create'), body }, reply);
  }

  @Put('questions/:id')
  update(
    @Param('id', ParseIntPipe) questionId: number,
    @Body() body: unknown,
    @Req() request: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.command({ action: 'updated', questionId, userId: requireAdmin(request, 'update'), body }, reply);
  }

  @Delete('questions/:id')
  async delete(
    @Param('id', ParseIntPipe) questionId: number,
    @Req() request: RequestOfCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.command({ action: 'deleted', questionId, userId: requireAdmin(request, 'delete') }, reply);
  }

  @Get('users')
  listUsers(@Req() request: RequestOfCaller): Promise<unknown> {
    requireAdminAccess(request);
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

/** The user's id. */
function requireAdmin({ caller }: RequestOfCaller, act: string): number {
  if (caller === undefined) throw new UnauthorizedException(`User must be logged in to ${act} questions!`);
  if (!caller['isAdmin']) throw new UnauthorizedException('User has no admin privileges!');
  return Number(caller['sub']);
}

function requireAdminAccess({ caller }: RequestOfCaller): void {
  if (!caller?.['isAdmin']) throw new UnauthorizedException('Admin access required');
}
