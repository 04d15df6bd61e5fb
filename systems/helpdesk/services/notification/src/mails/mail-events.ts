/** The mails that follow from events; those that a row of the monolith tells it has followed up itself. */
import { type EventContract, type EventData, type EventEnvelope, isRowEvent } from '@banyan/contract';
import { createSeal, type Seal } from '@banyan/identity';
import { OnEvent } from '@banyan/nest';
import { passwordResetRequested, ticketAssigned, ticketCreated, ticketStatusChanged, userCreated } from '@helpdesk/contracts/events';
import * as mails from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from '../settings.ts';
import { MailQueue } from './queue.ts';

type Of<Contract extends EventContract> = EventEnvelope<EventData<Contract>>;

@Injectable()
export class MailEvents {
  private readonly seal: Seal;

  constructor(
    @Inject(NOTIFICATION_SETTINGS) private readonly settings: NotificationSettings,
    @Inject(MailQueue) private readonly queue: MailQueue,
  ) {
    this.seal = createSeal(settings.SEAL_SECRET);
  }

  @OnEvent(userCreated)
  async signedUp(event: Of<typeof userCreated>): Promise<void> {
    if (!isRowEvent(event)) await this.queue.putAsOwner(event, mails.welcome(event.data));
  }

  @OnEvent(passwordResetRequested)
  async askedForReset(event: Of<typeof passwordResetRequested>): Promise<void> {
    const { userId, email, tokenSealed } = event.data;
    const link = `${this.settings.FRONTEND_BASE_URL}/reset-password?token=${this.seal.open(tokenSealed, userId)}`;
    await this.queue.putAsOwner(event, mails.passwordReset(email, link));
  }

  @OnEvent(ticketCreated)
  async created(event: Of<typeof ticketCreated>): Promise<void> {
    const { STAFF_NOTIFY_EMAIL: staff } = this.settings;
    if (staff !== undefined && !isRowEvent(event)) await this.queue.putAsOwner(event, mails.ticketCreated(staff, event.data));
  }

  @OnEvent(ticketStatusChanged)
  async statusChanged(event: Of<typeof ticketStatusChanged>): Promise<void> {
    const { userEmail } = event.data;
    if (userEmail !== null) await this.queue.putAsOwner(event, mails.statusChanged(userEmail, event.data));
  }

  @OnEvent(ticketAssigned)
  async assigned(event: Of<typeof ticketAssigned>): Promise<void> {
    const { userEmail } = event.data;
    if (userEmail !== null) await this.queue.putAsOwner(event, mails.assignmentChanged(userEmail, event.data));
  }
}
