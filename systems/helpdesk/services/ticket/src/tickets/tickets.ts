/** Tickets and what is said about them, as they are shown to those who may see them. */
import { ForbiddenException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { Database } from '../database.ts';
import type { Prisma, Ticket } from '../generated/schema/client.ts';
import { People } from '../people/people.ts';
import type { Person } from '../people/user-service.ts';

export interface Caller {
  readonly id: string;
  readonly isAdmin: boolean;
}

@Injectable()
export class Tickets {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(People) private readonly people: People,
  ) {}

  /** Those of the one who asks; an administrator may ask for all. */
  list({ id, isAdmin }: Caller, showAll: boolean): Promise<object[]> {
    return this.select(isAdmin && showAll ? {} : { userId: id });
  }

  inbox({ id }: Caller): Promise<object[]> {
    return this.select({ assignedToUserId: id });
  }

  async view(ticketId: string, { id, isAdmin }: Caller): Promise<object> {
    const ticket = await this.require(ticketId);
    if (ticket.userId !== id && ticket.assignedToUserId !== id && !isAdmin)
      throw new ForbiddenException('You do not have access to this ticket');
    return this.show(ticket);
  }

  /** Whoever is signed in may read those of any ticket, oldest first. */
  async comments(ticketId: string): Promise<object[]> {
    await this.require(ticketId);
    const comments = await this.database.rows.ticketComment.findMany({ where: { ticketId }, orderBy: { createdAt: 'asc' } });
    const people = await this.people.named(comments.map(({ authorId }) => authorId));
    return comments.map((comment) => ({ ...comment, author: people.get(comment.authorId) ?? null }));
  }

  /** As a list or a look at it shows it. */
  async show(ticket: Ticket): Promise<object> {
    const [shown] = await this.withPeople([ticket]);
    return shown!;
  }

  /** Rejects with 404. */
  async require(id: string): Promise<Ticket> {
    const ticket = await this.find(id);
    if (ticket === undefined) throw new UnknownTicket();
    return ticket;
  }

  async find(id: string): Promise<Ticket | undefined> {
    return (await this.database.rows.ticket.findUnique({ where: { id } })) ?? undefined;
  }

  private async select(where: Prisma.TicketWhereInput): Promise<object[]> {
    return this.withPeople(await this.database.rows.ticket.findMany({ where, orderBy: { createdAt: 'desc' } }));
  }

  private async withPeople(tickets: readonly Ticket[]): Promise<object[]> {
    const people = await this.people.named(tickets.flatMap(({ userId, assignedToUserId }) => [userId, assignedToUserId ?? []].flat()));
    return tickets.map((ticket) => ({
      ...ticket,
      user: toReference(people.get(ticket.userId)),
      assignedTo: toReference(people.get(ticket.assignedToUserId ?? '')),
    }));
  }
}

export class UnknownTicket extends NotFoundException {
  constructor() {
    super('Ticket not found');
  }
}

export function toReference(one: Person | undefined): object | null {
  if (one === undefined) return null;
  const { id, email, firstName, lastName } = one;
  return { id, email, firstName, lastName };
}
