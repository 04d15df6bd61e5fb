/** Every night the guest begins anew: those who own the guest's results and badges are told, and remove them. Nothing is removed from here. */
import { OUTBOX } from '@banyan/nest';
import type { Outbox, SqlSession } from '@banyan/outbox';
import { idToText, userStatsReset } from '@node-learn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { holdOwners, readOwners } from '../owners.ts';
import type { FinishRun, Job, Night } from '../runs/job.ts';
import { MAINTENANCE_SETTINGS, type MaintenanceSettings } from '../settings.ts';

export const publishedEvents = [userStatsReset] as const;

/** A cutover at midnight may have refused the monolith's own job already, and is told of so much later at most. */
const cutoverMs = 10_000;
const hourMs = 3_600_000;

@Injectable()
export class GuestReset implements Job {
  readonly name = 'guest-reset';
  readonly leaseMs = 5_000;

  constructor(
    @Inject(MAINTENANCE_SETTINGS) private readonly settings: MaintenanceSettings,
    @Inject(OUTBOX) private readonly outbox: Outbox<(typeof publishedEvents)[number]>,
  ) {}

  /** When the monolith still owned the results at midnight it has reset the guest by itself: whatever the guest has done since stays. */
  async isDue(session: SqlSession, { midnight, now }: Night): Promise<boolean> {
    if (now.getTime() - midnight.getTime() > this.settings.CATCH_UP_HOURS * hourMs) return false;
    const since = (await readOwners(session)).get('quiz');
    return since !== undefined && since.getTime() - midnight.getTime() < cutoverMs;
  }

  run(night: Night): Promise<FinishRun> {
    return Promise.resolve(async (session) => {
      await holdOwners(session);
      if (!(await this.isDue(session, night))) return undefined;
      this.outbox.publish(userStatsReset, {
        userId: idToText(this.settings.GUEST_USER_ID),
        scheduledFor: night.date,
        resetAt: new Date().toISOString(),
        reason: 'nightly-guest-reset',
      });
      return 'published';
    });
  }
}
