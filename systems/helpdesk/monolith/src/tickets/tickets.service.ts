/** Tickets: who made them, who works on them, how far they are. */
import { ForbiddenException, Injectable, NotFoundException } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.ts';
import type { CurrentUser } from '../auth/current-user.ts';
import { DatabaseService } from '../database/database.service.ts';
import { userReference } from '../database/user-reference.ts';
import { EmailService } from '../email/email.service.ts';
import type { Prisma } from '../generated/schema/client.ts';
import type { AssignTicketBody, CreateTicketDto, UpdateTicketDto } from './ticket.dto.ts';

const withPeople = { user: { select: userReference }, assignedTo: { select: userReference } } as const;
const newestFirst = { createdAt: 'desc' } as const;

type TicketView = Prisma.TicketGetPayload<{ include: typeof withPeople }>;

@Injectable()
export class TicketsService {
  constructor(
    private readonly database: DatabaseService,
    private readonly audit: AuditService,
    private readonly email: EmailService,
  ) {}

  async create({ title, description }: CreateTicketDto, userId: string) {
    const ticket = await this.database.ticket.create({
      data: { title, description, userId },
      include: { user: { select: userReference } },
    });
    await this.audit.write({ actorId: userId, action: 'ticket.created', entityType: 'ticket', entityId: ticket.id });
    await this.email.ticketCreated(ticket);
    return ticket;
  }

  /** Those of the one who asks; an administrator may ask for all. */
  list({ id, role }: CurrentUser, showAll: boolean): Promise<TicketView[]> {
    const where = role === 'ADMIN' && showAll ? {} : { userId: id };
    return this.database.ticket.findMany({ where, orderBy: newestFirst, include: withPeople });
  }

  inbox(userId: string): Promise<TicketView[]> {
    return this.database.ticket.findMany({ where: { assignedToUserId: userId }, orderBy: newestFirst, include: withPeople });
  }

  async view(id: string, user: CurrentUser): Promise<TicketView> {
    const ticket = await this.find(id);
    const mayView = ticket.userId === user.id || ticket.assignedToUserId === user.id || user.role === 'ADMIN';
    if (!mayView) throw new ForbiddenException('You do not have access to this ticket');
    return ticket;
  }

  /** Anybody who is signed in may change the status of any ticket. */
  async update(id: string, { status }: UpdateTicketDto, actorId: string): Promise<TicketView> {
    const { status: oldStatus } = await this.find(id);
    const ticket = await this.database.ticket.update({ where: { id }, data: { status } as Prisma.TicketUpdateInput, include: withPeople });
    if (status && status !== oldStatus) {
      const metadata = { oldStatus, newStatus: status };
      await this.audit.write({ actorId, action: 'ticket.status_changed', entityType: 'ticket', entityId: id, metadata });
      await this.email.ticketStatusChanged(ticket, oldStatus, status);
    }
    return ticket;
  }

  async assign(id: string, { assignedToUserId }: AssignTicketBody, actorId: string) {
    const ticket = await this.database.ticket.update({
      where: { id },
      data: { assignedToUserId } as Prisma.TicketUncheckedUpdateInput,
      include: { user: true, assignedTo: true },
    });
    const action = assignedToUserId ? 'ticket.assigned' : 'ticket.unassigned';
    const metadata = { assignedToUserId } as Prisma.InputJsonObject;
    await this.audit.write({ actorId, action, entityType: 'ticket', entityId: id, metadata });
    await this.email.ticketAssignmentChanged(ticket, assignedToUserId ? ticket.assignedTo?.email : undefined);
    return ticket;
  }

  async remove(id: string, user: CurrentUser): Promise<{ message: string }> {
    const ticket = await this.find(id);
    if (ticket.userId !== user.id && user.role !== 'ADMIN') throw new ForbiddenException('Agents can only delete tickets they created');
    await this.database.ticketComment.deleteMany({ where: { ticketId: id } });
    await this.database.ticket.delete({ where: { id } });
    await this.audit.write({ actorId: user.id, action: 'ticket.deleted', entityType: 'ticket', entityId: id });
    return { message: 'Ticket deleted successfully' };
  }

  private async find(id: string): Promise<TicketView> {
    const ticket = await this.database.ticket.findUnique({ where: { id }, include: withPeople });
    if (ticket === null) throw new NotFoundException('Ticket not found');
    return ticket;
  }
}
