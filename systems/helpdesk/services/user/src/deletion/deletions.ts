/** Deletes users: runs the sagas of it, in this process or taken over from one that died, and tells how they end. */
import { randomUUID } from 'node:crypto';
import type { EventEnvelope } from '@banyan/contract';
import { OnEvent, OUTBOX, TRANSACTIONS } from '@banyan/nest';
import { ServiceSagas } from '@banyan/nest/service-sagas';
import type { Transactions } from '@banyan/outbox';
import { userCleanupDone, userCleanupFailed } from '@helpdesk/contracts/events';
import { Inject, Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Database } from '../database.ts';
import { USER_SETTINGS, type UserSettings } from '../settings.ts';
import { defineUserDeletion, refusals, type UserDeletion, type UserDeletionParts } from './user-deletion.ts';

/** So much longer than the saga may take is it waited for, so that it is the saga that says how it ended. */
const graceMs = 5_000;

/** `under-way`: somebody else deletes them at the same moment. */
export type DeletionOutcome = 'deleted' | 'unknown' | 'under-way';

/** As the database itself says it behind a fence. */
class NotWritable extends Error {
  readonly code = '25006';
}

@Injectable()
export class Deletions extends ServiceSagas {
  private readonly definition: UserDeletion;
  private readonly endWithinMs: number;

  constructor(
    @Inject(Database) { sagaPool: pool }: Database,
    @Inject(TRANSACTIONS) transactions: Transactions<PoolClient>,
    @Inject(OUTBOX) outbox: UserDeletionParts['outbox'],
    @Inject(USER_SETTINGS) { CLEANUP_WITHIN_MS: withinMs }: UserSettings,
  ) {
    const definition = defineUserDeletion({ outbox, withinMs });
    super({ transactions, pool, sagas: [definition] });
    this.definition = definition;
    this.endWithinMs = withinMs + graceMs;
  }

  /** Rejects when it was taken back, with the reason, when users may not be written here, and when it is not known yet how it ends. */
  async remove(userId: string, actorId: string): Promise<DeletionOutcome> {
    const key = randomUUID();
    await this.engine.start(this.definition, key, { userId, actorId });
    const outcome = await this.engine.waitForEnd(this.definition, key, { withinMs: this.endWithinMs });
    switch (outcome.state) {
      case 'completed':
        return 'deleted';
      case 'running':
        throw new Error('Whether the user is deleted is not known yet');
      default:
        return toOutcome(outcome.reason);
    }
  }

  @OnEvent(userCleanupDone)
  async hearDone(event: EventEnvelope): Promise<void> {
    await this.hear(event);
  }

  @OnEvent(userCleanupFailed)
  async hearFailed(event: EventEnvelope): Promise<void> {
    await this.hear(event);
  }
}

function toOutcome(reason: string): DeletionOutcome {
  switch (reason) {
    case refusals.unknown:
      return 'unknown';
    case refusals.underWay:
      return 'under-way';
    case refusals.fenced:
      throw new NotWritable(reason);
    default:
      throw new Error(`The user is not deleted: ${reason}`);
  }
}
