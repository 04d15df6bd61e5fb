/** Adds entries and mails to the monolith's tables, each once however often its event comes: it has the event's id. */
import { randomUUID } from 'node:crypto';
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { askService, createFlowBack, type FlowBack, isRefusedWrite } from '@banyan/service';
import type { Mail } from '@helpdesk/contracts/mails';
import { Inject, Injectable } from '@nestjs/common';
import { MonolithDatabase } from './databases.ts';
import { BRIDGE_SETTINGS, type BridgeSettings } from './settings.ts';

const handedOverWithinMs = 1_000;

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
  private readonly tokens: ServiceTokens;

  constructor(
    @Inject(BRIDGE_SETTINGS) private readonly settings: BridgeSettings,
    @Inject(MonolithDatabase) private readonly database: MonolithDatabase,
  ) {
    this.flowBack = createFlowBack({ extraction: 'user', settings });
    this.tokens = createServiceTokens({ service: 'bridge', secret: settings.SERVICE_SECRET });
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

  /** Into the monolith's queue, or, once that is fenced, into that of its new owner. Rejects when neither takes it: then the event is handled again. */
  async queue(cause: Cause, mail: Mail): Promise<void> {
    const { id, time } = cause;
    const { to, subject, body } = mail;
    try {
      await this.database.pool.query(
        `insert into email_outbox (id, "to", subject, body, "createdAt", "updatedAt") values ($1, $2, $3, $4, $5, $5) on conflict (id) do nothing`,
        [id, to, subject, body, time],
      );
    } catch (error) {
      if (!isRefusedWrite(error)) throw error;
      await this.handOver(cause, mail);
    }
  }

  private async handOver({ id, time }: Cause, mail: Mail): Promise<void> {
    const { NOTIFICATION_URL: url } = this.settings;
    const asked = { service: 'notification', url, timeoutMs: handedOverWithinMs, tokens: this.tokens };
    const change = { method: 'POST', body: { dedupeKey: id, time, ...mail }, idempotencyKey: randomUUID() } as const;
    const { status } = await askService('/internal/notifications/email', asked, change);
    if (status !== 202) throw new Error(`The notification service answered ${status}`);
  }
}
