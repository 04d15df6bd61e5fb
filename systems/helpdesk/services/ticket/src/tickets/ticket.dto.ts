/** The bodies that the routes of tickets take; each line of checks is asked from right to left. */
import { ticketStatuses, type TicketStatus } from '@helpdesk/contracts';
import { IsIn, IsNotEmpty, IsOptional, IsString } from 'class-validator';

export class CreateTicketBody {
  @IsString()
  @IsNotEmpty()
  title: string;

  @IsString()
  @IsNotEmpty()
  description: string;
}

export class ChangeStatusBody {
  @IsIn(ticketStatuses, { message: `status must be one of the following values: ${ticketStatuses.join(', ')}` })
  @IsOptional()
  status?: TicketStatus | null;
}

/** Taken as it is. */
export interface AssignBody {
  readonly assignedToUserId?: unknown;
}

/** Taken as it is. */
export interface AddCommentBody {
  readonly body?: unknown;
  readonly isInternal?: unknown;
}
