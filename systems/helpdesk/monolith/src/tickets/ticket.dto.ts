/** The bodies that the routes of tickets take. */
import { IsEnum, IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { TicketStatus } from '../generated/schema/client.ts';

export class CreateTicketDto {
  @IsString()
  @IsNotEmpty()
  title: string;

  @IsString()
  @IsNotEmpty()
  description: string;
}

export class UpdateTicketDto {
  @IsEnum(TicketStatus)
  @IsOptional()
  status?: TicketStatus;
}

/** Taken as it is. */
export interface AssignTicketBody {
  readonly assignedToUserId?: string | null;
}

/** Taken as it is. */
export interface AddCommentBody {
  readonly body: string;
  readonly isInternal?: boolean;
}
