/** What the ticket service has done, as the monolith would have noted it and told it by mail. What its own rows tell it has noted itself. */
import { type EventContract, type EventData, type EventEnvelope, isRowEvent } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { ticketAssigned, ticketCreated, ticketDeleted, ticketStatusChanged } from '@helpdesk/contracts/events';
import * as mails from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { type Entry, MonolithRows } from './monolith-rows.ts';
import { BRIDGE_SETTINGS, type BridgeSettings } from './settings.ts';

type Of<Contract extends EventContract> = EventEnvelope<EventData<Contract>>;

@Injectable()
export class TicketEvents {
  constructor(
    @Inject(BRIDGE_SETTINGS) private readonly settings: BridgeSettings,
    @Inject(MonolithRows) private readonly rows: MonolithRows,
  ) {}

  @OnEvent(ticketCreated)
  async created(event: Of<typeof ticketCreated>): Promise<void> {
    if (isRowEvent(event)) return;
    const { ticketId, userId } = event.data;
    await this.rows.note(event, toEntry(ticketId, userId, 'ticket.created'));
    const { STAFF_NOTIFY_EMAIL: staff } = this.settings;
    if (staff !== undefined) await this.rows.queue(event, mails.ticketCreated(staff, event.data));
  }

  @OnEvent(ticketStatusChanged)
  async statusChanged(event: Of<typeof ticketStatusChanged>): Promise<void> {
    const { ticketId, actorId, oldStatus, newStatus, userEmail } = event.data;
    await this.rows.note(event, toEntry(ticketId, actorId, 'ticket.status_changed', { oldStatus, newStatus }));
    if (userEmail !== null) await this.rows.queue(event, mails.statusChanged(userEmail, event.data));
  }

  /** To whom it is given is in the entry as it was asked for: also not at all. */
  @OnEvent(ticketAssigned)
  async assigned(event: Of<typeof ticketAssigned>): Promise<void> {
    const { ticketId, actorId, userEmail, ...data } = event.data;
    const metadata = 'assignedToUserId' in data ? { assignedToUserId: data.assignedToUserId } : {};
    const action = data.assignedToUserId ? 'ticket.assigned' : 'ticket.unassigned';
    await this.rows.note(event, toEntry(ticketId, actorId, action, metadata));
    if (userEmail !== null) await this.rows.queue(event, mails.assignmentChanged(userEmail, data));
  }

  /** What ended with its owner the monolith does not note. */
  @OnEvent(ticketDeleted)
  async deleted(event: Of<typeof ticketDeleted>): Promise<void> {
    const { ticketId, actorId } = event.data;
    if (isRowEvent(event) || actorId === null) return;
    await this.rows.note(event, toEntry(ticketId, actorId, 'ticket.deleted'));
  }
}

function toEntry(entityId: string, actorId: string | null, action: string, metadata: object = {}): Entry {
  return { entityType: 'ticket', entityId, actorId, action, metadata };
}
