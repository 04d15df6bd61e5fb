/** What the user service has done, as the monolith would have noted it and told it by mail. What its own rows tell it has noted itself. */
import { type EventContract, type EventData, type EventEnvelope, isRowEvent } from '@banyan/contract';
import { createSeal, type Seal } from '@banyan/identity';
import { OnEvent } from '@banyan/nest';
import { passwordResetRequested, userCreated, userDeleted, userRoleChanged, userUpdated } from '@helpdesk/contracts/events';
import { passwordReset, welcome } from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { MonolithRows } from './monolith-rows.ts';
import { BRIDGE_SETTINGS, type BridgeSettings } from './settings.ts';

type Of<Contract extends EventContract> = EventEnvelope<EventData<Contract>>;

@Injectable()
export class UserEvents {
  private readonly seal: Seal;

  constructor(
    @Inject(BRIDGE_SETTINGS) private readonly settings: BridgeSettings,
    @Inject(MonolithRows) private readonly rows: MonolithRows,
  ) {
    this.seal = createSeal(settings.SEAL_SECRET);
  }

  @OnEvent(userCreated)
  async signedUp(event: Of<typeof userCreated>): Promise<void> {
    await this.rows.note(event);
    if (!isRowEvent(event)) await this.rows.queue(event, welcome(event.data));
  }

  @OnEvent(passwordResetRequested)
  async askedForReset(event: Of<typeof passwordResetRequested>): Promise<void> {
    await this.rows.note(event);
    const { userId, email, tokenSealed } = event.data;
    const link = `${this.settings.FRONTEND_BASE_URL}/reset-password?token=${this.seal.open(tokenSealed, userId)}`;
    await this.rows.queue(event, passwordReset(email, link));
  }

  @OnEvent(userUpdated)
  async changed(event: Of<typeof userUpdated>): Promise<void> {
    await this.rows.note(event);
  }

  @OnEvent(userRoleChanged)
  async roleChanged(event: Of<typeof userRoleChanged>): Promise<void> {
    await this.rows.note(event);
  }

  @OnEvent(userDeleted)
  async deleted(event: Of<typeof userDeleted>): Promise<void> {
    await this.rows.note(event);
  }
}
