/** What the ticket service has done, as the monolith would have noted it and told it by mail. What its own rows tell it has noted itself. */
import { type EventContract, type EventData, type EventEnvelope, isRowEvent } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { ticketAssigned, ticketCreated, ticketDeleted, ticketStatusChanged } from '@helpdesk/contracts/events';
import * as mails from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { MonolithRows } from './monolith-rows.ts';
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
    await this.rows.note(event);
    const { STAFF_NOTIFY_EMAIL: staff } = this.settings;
    if (staff !== undefined && !isRowEvent(event)) await this.rows.queue(event, mails.ticketCreated(staff, event.data));
  }

  @OnEvent(ticketStatusChanged)
  async statusChanged(event: Of<typeof ticketStatusChanged>): Promise<void> {
    await this.rows.note(event);
    const { userEmail } = event.data;
    if (userEmail !== null) await this.rows.queue(event, mails.statusChanged(userEmail, event.data));
  }

  @OnEvent(ticketAssigned)
  async assigned(event: Of<typeof ticketAssigned>): Promise<void> {
    await this.rows.note(event);
    const { userEmail } = event.data;
    if (userEmail !== null) await this.rows.queue(event, mails.assignmentChanged(userEmail, event.data));
  }

  @OnEvent(ticketDeleted)
  async deleted(event: Of<typeof ticketDeleted>): Promise<void> {
    await this.rows.note(event);
  }
}
