/** Adds entries and mails to the monolith's tables, each once however often its event comes: it has the event's id. */
import { randomUUID } from 'node:crypto';
import type { EventEnvelope } from '@banyan/contract';
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { askService, createFlowBack, type FlowBack, isRefusedWrite } from '@banyan/service';
import { type Entry, entryOf } from '@helpdesk/contracts/entries';
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

  /** What the monolith would have noted, and nothing where it would not. As queue(); also rejects while it is not known that its actor is there. */
  async note(event: EventEnvelope): Promise<void> {
    const entry = entryOf(event);
    if (entry === undefined) return;
    try {
      await this.insertEntry(event, entry);
    } catch (error) {
      if (!isRefusedWrite(error)) throw error;
      const { id, time } = event;
      await this.handOver('audit', this.settings.AUDIT_URL, '/internal/audit/log', { dedupeKey: id, time, ...entry });
    }
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
      await this.handOver('notification', this.settings.NOTIFICATION_URL, '/internal/notifications/email', {
        dedupeKey: id,
        time,
        ...mail,
      });
    }
  }

  /** What happened to users before is in the monolith first: an entry refers to its actor. */
  private async insertEntry({ id, time }: Cause, { actorId, action, entityType, entityId, metadata }: Entry): Promise<void> {
    await this.flowBack.reached();
    // Whoever is gone by now is nobody, as if the entry had been there when they went.
    await this.database.pool.query(
      `insert into audit_events (id, "actorId", action, "entityType", "entityId", metadata, "createdAt")
       values ($1, (select id from users where id = $2 for key share), $3, $4, $5, $6, $7) on conflict (id) do nothing`,
      [id, actorId, action, entityType, entityId, metadata, time],
    );
  }

  private async handOver(service: string, url: string, path: string, body: object): Promise<void> {
    const asked = { service, url, timeoutMs: handedOverWithinMs, tokens: this.tokens };
    const { status } = await askService(path, asked, { method: 'POST', body, idempotencyKey: randomUUID() });
    if (status !== 202) throw new Error(`The ${service} service answered ${status}`);
  }
}
