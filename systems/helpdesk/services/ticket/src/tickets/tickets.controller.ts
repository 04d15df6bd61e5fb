/** The routes of tickets, as the monolith answers them. */
import type { RequestOfCaller } from '@banyan/nest';
import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { Comments } from './comments.ts';
import { TicketChanges } from './ticket-changes.ts';
import type { AddCommentBody, AssignBody } from './ticket.dto.ts';
import { ChangeStatusBody, CreateTicketBody } from './ticket.dto.ts';
import { type Caller, Tickets } from './tickets.ts';

@Controller('tickets')
export class TicketsController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(TicketChanges) private readonly changes: TicketChanges,
    @Inject(Comments) private readonly said: Comments,
  ) {}

  @Post()
  create(@Body() body: CreateTicketBody, @Req() request: RequestOfCaller): Promise<object> {
    return this.changes.create(body, callerOf(request).id);
  }

  @Get()
  list(@Req() request: RequestOfCaller, @Query('showAll') showAll: unknown): Promise<object[]> {
    return this.tickets.list(callerOf(request), showAll === 'true');
  }

  @Get('inbox')
  inbox(@Req() request: RequestOfCaller): Promise<object[]> {
    return this.tickets.inbox(callerOf(request));
  }

  @Get(':id')
  view(@Param('id') id: string, @Req() request: RequestOfCaller): Promise<object> {
    return this.tickets.view(id, callerOf(request));
  }

  @Patch(':id')
  setStatus(@Param('id') id: string, @Body() { status }: ChangeStatusBody, @Req() request: RequestOfCaller): Promise<object> {
    return this.changes.setStatus(id, status, callerOf(request).id);
  }

  @Patch(':id/assign')
  assign(@Param('id') id: string, @Body() body: AssignBody | undefined, @Req() request: RequestOfCaller): Promise<object> {
    return this.changes.assign(id, body ?? {}, callerOf(request).id);
  }

  @Post(':id/comments')
  addComment(@Param('id') id: string, @Body() body: AddCommentBody | undefined, @Req() request: RequestOfCaller): Promise<object> {
    return this.said.add(id, body ?? {}, callerOf(request).id);
  }

  @Get(':id/comments')
  comments(@Param('id') id: string): Promise<object[]> {
    return this.tickets.comments(id);
  }

  @Delete(':id')
  async remove(@Param('id') id: string, @Req() request: RequestOfCaller): Promise<object> {
    await this.changes.remove(id, callerOf(request));
    return { message: 'Ticket deleted successfully' };
  }
}

function callerOf({ callerId, caller }: RequestOfCaller): Caller {
  return { id: String(callerId), isAdmin: caller?.['isAdmin'] === true };
}
