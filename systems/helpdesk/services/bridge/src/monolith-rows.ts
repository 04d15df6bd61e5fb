/** Adds entries and mails to the monolith's tables, each once however often its event comes: it has the event's id. */
import { createFlowBack, type FlowBack } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { MonolithDatabase } from './databases.ts';
import type { Mail } from './mails.ts';
import { BRIDGE_SETTINGS, type BridgeSettings } from './settings.ts';

export interface Cause {
  /** Of the event. */
  readonly id: string;
  /** When it happened, ISO 8601 in UTC. */
  readonly time: string;
}

export interface Entry {
  /** Null: nobody in particular. */
  readonly actorId: string | null;
  readonly action: string;
  readonly entityType: 'user' | 'ticket';
  readonly entityId: string;
  readonly metadata?: object;
}

@Injectable()
export class MonolithRows {
  private readonly flowBack: FlowBack;

  constructor(
    @Inject(BRIDGE_SETTINGS) settings: BridgeSettings,
    @Inject(MonolithDatabase) private readonly database: MonolithDatabase,
  ) {
    this.flowBack = createFlowBack({ extraction: 'user', settings });
  }

  /** Rejects while it is not known that what happened to users before is in the monolith: then the event is handled again. */
  async note({ id, time }: Cause, { actorId, action, entityType, entityId, metadata = {} }: Entry): Promise<void> {
    await this.flowBack.reached();
    // Whoever is gone by now is nobody, as if the entry had been there when they went.
    await this.database.pool.query(
      `insert into audit_events (id, "actorId", action, "entityType", "entityId", metadata, "createdAt")
       values ($1, (select id from users where id = $2 for key share), $3, $4, $5, $6, $7) on conflict (id) do nothing`,
      [id, actorId, action, entityType, entityId, metadata, time],
    );
  }

  async queue({ id, time }: Cause, { to, subject, body }: Mail): Promise<void> {
    await this.database.pool.query(
      `insert into email_outbox (id, "to", subject, body, "createdAt", "updatedAt") values ($1, $2, $3, $4, $5, $5) on conflict (id) do nothing`,
      [id, to, subject, body, time],
    );
  }
}
