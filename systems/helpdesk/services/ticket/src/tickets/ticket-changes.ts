/** What is done with tickets. Each change is one transaction with the events that tell it. */
import { randomUUID } from 'node:crypto';
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, SqlSession, Transactions } from '@banyan/outbox';
import type { TicketStatus } from '@helpdesk/contracts';
import { ticketAssigned, ticketCreated, ticketDeleted, ticketStatusChanged, ticketUpdated } from '@helpdesk/contracts/events';
import { BadRequestException, ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { People } from '../people/people.ts';
import { holdPeople } from '../people/rows.ts';
import type { PersonWithTimes } from '../people/user-service.ts';
import { TICKET_SETTINGS, type TicketSettings } from '../settings.ts';
import type { AssignBody, CreateTicketBody } from './ticket.dto.ts';
import { lockTicket, ticketColumns, type TicketRow } from './ticket-rows.ts';
import { type Caller, Tickets, toReference, UnknownTicket } from './tickets.ts';

type Published = typeof ticketAssigned | typeof ticketCreated | typeof ticketDeleted | typeof ticketStatusChanged | typeof ticketUpdated;

/** Whose a ticket is to be; undefined changes nothing. */
type Assignee = string | null | undefined;

@Injectable()
export class TicketChanges {
  constructor(
    @Inject(TICKET_SETTINGS) private readonly settings: TicketSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<Published>,
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(People) private readonly people: People,
  ) {}

  async create({ title, description }: CreateTicketBody, userId: string): Promise<object> {
    const owner = (await this.people.named([userId])).get(userId);
    const ticket = await this.transactions.run(async ({ session }) => {
      await holdPeople(session, [userId]);
      const { rows } = await session.query<TicketRow>(
        `insert into tickets (id, "userId", title, description, "createdAt", "updatedAt") values ($1, $2, $3, $4, $5, $5) returning ${ticketColumns}`,
        [randomUUID(), userId, title, description, new Date().toISOString()],
      );
      const [created] = rows as [TicketRow];
      const { id: ticketId, status, createdAt } = created;
      const said = { ticketId, userId, title, description, status, createdAt: createdAt.toISOString() };
      this.outbox.publish(ticketCreated, { ...said, userEmail: owner?.email ?? null });
      return created;
    });
    return { ...ticket, user: toReference(owner) };
  }

  /** By anybody, of any ticket. The same status only moves the time; of several who ask for the same change at once, one makes it. */
  async setStatus(id: string, status: TicketStatus | null | undefined, actorId: string): Promise<object> {
    const isMended = this.settings.FLAGS.has('fix.validation');
    if (status === null && isMended) throw new BadRequestException(['status must not be null']);
    const before = await this.tickets.require(id);
    if (status === null) throw new Error('The status of a ticket is not null');
    if (status === undefined) return this.tickets.show(before);
    const userEmail = (await this.people.named([before.userId])).get(before.userId)?.email ?? null;
    const changed = await this.transactions.run(async ({ session }) => {
      const old = await lockTicket(session, id);
      if (old === undefined) throw new UnknownTicket();
      const ticket = await this.write(session, old, { status }, actorId);
      const { userId, title, status: newStatus, updatedAt } = ticket;
      const change = { ticketId: id, userId, userEmail, title, oldStatus: old.status, newStatus, actorId };
      if (newStatus !== old.status) this.outbox.publish(ticketStatusChanged, { ...change, updatedAt: updatedAt.toISOString() });
      return ticket;
    });
    return this.tickets.show(changed);
  }

  /** Every call is told, also one that changes nothing. */
  async assign(id: string, { assignedToUserId: wanted }: AssignBody, actorId: string): Promise<object> {
    const assignee = this.readAssignee(wanted);
    const before = await this.tickets.find(id);
    // The monolith leaves this one to its database layer, and calls it a failure of its own.
    if (before === undefined) throw this.settings.FLAGS.has('fix.validation') ? new UnknownTicket() : new Error('There is no such ticket');
    const people = await this.people.withTimes([before.userId, assignee ?? before.assignedToUserId ?? []].flat());
    if (typeof assignee === 'string' && !people.has(assignee)) throw this.unfit('assignedToUserId must be the id of a user');
    const ticket = await this.transactions.run(({ session }) => this.writeAssignee(session, { id, assignee, people, actorId }));
    return { ...ticket, user: people.get(ticket.userId) ?? null, assignedTo: people.get(ticket.assignedToUserId ?? '') ?? null };
  }

  async remove(id: string, { id: actorId, isAdmin }: Caller): Promise<void> {
    const { userId } = await this.tickets.require(id);
    if (userId !== actorId && !isAdmin) throw new ForbiddenException('Agents can only delete tickets they created');
    await this.transactions.run(async ({ session }) => {
      // Behind this lock nobody comments on it any more.
      if ((await lockTicket(session, id)) === undefined) throw this.deletedMeanwhile();
      const { rowCount } = await session.query('delete from ticket_comments where "ticketId" = $1', [id]);
      await session.query('delete from tickets where id = $1', [id]);
      const deletedAt = new Date().toISOString();
      this.outbox.publish(ticketDeleted, { ticketId: id, userId, actorId, commentCount: rowCount ?? 0, deletedAt });
    });
  }

  private async writeAssignee(
    session: SqlSession,
    { id, assignee, people, actorId }: { id: string; assignee: Assignee; people: ReadonlyMap<string, PersonWithTimes>; actorId: string },
  ): Promise<TicketRow> {
    if (typeof assignee === 'string') await holdPeople(session, [assignee]);
    const old = await lockTicket(session, id);
    if (old === undefined) throw new UnknownTicket();
    const ticket = assignee === undefined ? old : await this.write(session, old, { assignedToUserId: assignee }, actorId);
    const { userId, title, updatedAt } = ticket;
    this.outbox.publish(ticketAssigned, {
      ticketId: id,
      userId,
      userEmail: people.get(userId)?.email ?? null,
      title,
      ...(assignee === undefined ? {} : { assignedToUserId: assignee }),
      assigneeEmail: people.get(assignee ?? '')?.email ?? null,
      previousAssigneeId: old.assignedToUserId,
      actorId,
      updatedAt: updatedAt.toISOString(),
    });
    return ticket;
  }

  private async write(
    session: SqlSession,
    old: TicketRow,
    change: Partial<Pick<TicketRow, 'status' | 'assignedToUserId'>>,
    actorId: string,
  ): Promise<TicketRow> {
    const { status, assignedToUserId } = { ...old, ...change };
    const { rows } = await session.query<TicketRow>(
      `update tickets set status = $2::"TicketStatus", "assignedToUserId" = $3, "updatedAt" = $4 where id = $1 returning ${ticketColumns}`,
      [old.id, status, assignedToUserId, new Date().toISOString()],
    );
    const [ticket] = rows as [TicketRow];
    const changed = (['status', 'assignedToUserId'] as const).filter((name) => ticket[name] !== old[name]);
    const { id: ticketId, userId, updatedAt } = ticket;
    this.outbox.publish(ticketUpdated, { ticketId, userId, actorId, status: ticket.status, changed, updatedAt: updatedAt.toISOString() });
    return ticket;
  }

  private readAssignee(wanted: unknown): Assignee {
    if (wanted === undefined || wanted === null || typeof wanted === 'string') return wanted;
    throw this.unfit('assignedToUserId must be a string');
  }

  /** As `setStatus`: what the monolith lets through to its database layer fails there. */
  private unfit(message: string): Error {
    return this.settings.FLAGS.has('fix.validation') ? new BadRequestException([message]) : new Error(message);
  }

  private deletedMeanwhile(): Error {
    return this.settings.FLAGS.has('fix.races') ? new UnknownTicket() : new Error('Somebody else has deleted it at the same moment');
  }
}
