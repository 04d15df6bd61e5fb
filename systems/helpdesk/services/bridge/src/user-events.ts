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
    if (isRowEvent(event)) return;
    const { userId } = event.data;
    await this.rows.note(event, { actorId: userId, action: 'user.signup', entityType: 'user', entityId: userId });
    await this.rows.queue(event, welcome(event.data));
  }

  @OnEvent(passwordResetRequested)
  async askedForReset(event: Of<typeof passwordResetRequested>): Promise<void> {
    const { userId, email, tokenSealed } = event.data;
    await this.rows.note(event, { actorId: userId, action: 'user.forgot_password_requested', entityType: 'user', entityId: userId });
    const link = `${this.settings.FRONTEND_BASE_URL}/reset-password?token=${this.seal.open(tokenSealed, userId)}`;
    await this.rows.queue(event, passwordReset(email, link));
  }

  @OnEvent(userUpdated)
  async changed(event: Of<typeof userUpdated>): Promise<void> {
    const { userId, cause } = event.data;
    if (cause === 'password_reset')
      await this.rows.note(event, { actorId: userId, action: 'user.password_reset', entityType: 'user', entityId: userId });
  }

  /** The monolith has never noted who has changed a role. */
  @OnEvent(userRoleChanged)
  async roleChanged(event: Of<typeof userRoleChanged>): Promise<void> {
    const { userId, oldRole, newRole } = event.data;
    const metadata = { oldRole, ...(newRole === undefined ? {} : { newRole }) };
    await this.rows.note(event, { actorId: null, action: 'user.role_changed', entityType: 'user', entityId: userId, metadata });
  }

  @OnEvent(userDeleted)
  async deleted(event: Of<typeof userDeleted>): Promise<void> {
    if (isRowEvent(event)) return;
    const { userId, email, role, actorId } = event.data;
    await this.rows.note(event, { actorId, action: 'user.deleted', entityType: 'user', entityId: userId, metadata: { email, role } });
  }
}
