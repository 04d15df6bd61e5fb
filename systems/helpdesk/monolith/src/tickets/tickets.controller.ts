/** The routes of tickets, their comments and their history. */
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.ts';
import { type CurrentUser, SignedIn } from '../auth/current-user.ts';
import { Roles, RolesGuard, TokenGuard } from '../auth/guards.ts';
import { CommentsService } from './comments.service.ts';
import { type AddCommentBody, type AssignTicketBody, CreateTicketDto, UpdateTicketDto } from './ticket.dto.ts';
import { TicketsService } from './tickets.service.ts';

@Controller('tickets')
@UseGuards(TokenGuard, RolesGuard)
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly comments: CommentsService,
    private readonly audit: AuditService,
  ) {}

  @Post()
  create(@Body() body: CreateTicketDto, @SignedIn() user: CurrentUser) {
    return this.tickets.create(body, user.id);
  }

  @Get()
  list(@SignedIn() user: CurrentUser, @Query('showAll') showAll?: unknown) {
    return this.tickets.list(user, showAll === 'true');
  }

  @Get('inbox')
  inbox(@SignedIn() user: CurrentUser) {
    return this.tickets.inbox(user.id);
  }

  @Get(':id')
  view(@Param('id') id: string, @SignedIn() user: CurrentUser) {
    return this.tickets.view(id, user);
  }

  @Patch(':id')
  update(@Param('id') id: string, @Body() body: UpdateTicketDto, @SignedIn() user: CurrentUser) {
    return this.tickets.update(id, body, user.id);
  }

  @Patch(':id/assign')
  @Roles('ADMIN')
  assign(@Param('id') id: string, @Body() body: AssignTicketBody, @SignedIn() user: CurrentUser) {
    return this.tickets.assign(id, body, user.id);
  }

  @Get(':id/audit')
  history(@Param('id') id: string) {
    return this.audit.read('ticket', id);
  }

  @Post(':id/comments')
  addComment(@Param('id') id: string, @Body() body: AddCommentBody, @SignedIn() user: CurrentUser) {
    return this.comments.add(id, body, user);
  }

  @Get(':id/comments')
  listComments(@Param('id') id: string) {
    return this.comments.list(id);
  }

  @Delete(':id')
  remove(@Param('id') id: string, @SignedIn() user: CurrentUser) {
    return this.tickets.remove(id, user);
  }
}
