/** The routes of tickets that read, as the monolith answers them. */
import type { RequestOfCaller } from '@banyan/nest';
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { type Caller, Tickets } from './tickets.ts';

@Controller('tickets')
export class TicketsController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

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

  @Get(':id/comments')
  comments(@Param('id') id: string): Promise<object[]> {
    return this.tickets.comments(id);
  }
}

function callerOf({ callerId, caller }: RequestOfCaller): Caller {
  return { id: String(callerId), isAdmin: caller?.['isAdmin'] === true };
}
