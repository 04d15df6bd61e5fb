/** What people say about a ticket; everybody who is signed in may say something about any. */
import { Injectable, NotFoundException } from '@nestjs/common';
import type { CurrentUser } from '../auth/current-user.ts';
import { DatabaseService } from '../database/database.service.ts';
import { userReferenceWithRole } from '../database/user-reference.ts';
import type { Prisma } from '../generated/schema/client.ts';
import type { AddCommentBody } from './ticket.dto.ts';

const withAuthor = { author: { select: userReferenceWithRole } } as const;

@Injectable()
export class CommentsService {
  constructor(private readonly database: DatabaseService) {}

  async add(ticketId: string, { body, isInternal }: AddCommentBody, { id: authorId, role }: CurrentUser) {
    await this.requireTicket(ticketId);
    const isStaff = role === 'AGENT' || role === 'ADMIN';
    const data = { ticketId, authorId, body, isInternal: isInternal && isStaff } as Prisma.TicketCommentUncheckedCreateInput;
    return this.database.ticketComment.create({ data, include: withAuthor });
  }

  async list(ticketId: string) {
    await this.requireTicket(ticketId);
    return this.database.ticketComment.findMany({ where: { ticketId }, orderBy: { createdAt: 'asc' }, include: withAuthor });
  }

  private async requireTicket(id: string): Promise<void> {
    const ticket = await this.database.ticket.findUnique({ where: { id } });
    if (ticket === null) throw new NotFoundException('Ticket not found');
  }
}
