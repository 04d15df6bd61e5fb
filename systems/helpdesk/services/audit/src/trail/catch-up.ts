/** Whoever reads a history right after a change finds it there: what is not noted yet the ticket service is asked for, or it is waited for. */
import { setTimeout as pause } from 'node:timers/promises';
import { type EventEnvelope, readEvent } from '@banyan/contract';
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AskedService, readFromService, report } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { crashPoint } from '../crash-points.ts';
import { AUDIT_SETTINGS, type AuditSettings } from '../settings.ts';
import { notedEvents } from './note-of.ts';
import { Notes } from './notes.ts';

const ticketSource = '/helpdesk/ticket';
const lookAgainMs = 10;

const told = z.object({ last: z.string().regex(/^\d{1,19}$/), unsent: z.array(z.unknown()) });

@Injectable()
export class CatchUp {
  private readonly tokens: ServiceTokens;

  constructor(
    @Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings,
    @Inject(Notes) private readonly notes: Notes,
  ) {
    this.tokens = createServiceTokens({ service: 'audit', secret: settings.SERVICE_SECRET });
  }

  /** True once everything is noted that was told of the ticket before this call; false when that is not known in time. */
  async withTicket(id: string): Promise<boolean> {
    const giveUpAt = performance.now() + this.settings.CATCH_UP_WITHIN_MS;
    try {
      const onItsWay = await this.noteUnsent(id);
      while (BigInt(await this.notes.lastHeard(ticketSource, id)) < onItsWay) {
        if (performance.now() > giveUpAt) return false;
        await pause(lookAgainMs);
      }
      return true;
    } catch (error) {
      report('warn', 'audit.catch-up.failed', 'What has happened last may be missing in a history', { reason: (error as Error).message });
      return false;
    }
  }

  /** What the broker does not have yet. Answers the number of the last event before it, which is on its way with all before. */
  private async noteUnsent(id: string): Promise<bigint> {
    const after = await this.notes.lastHeard(ticketSource, id);
    const { last, unsent } = told.parse(
      await readFromService(`/internal/tickets/${encodeURIComponent(id)}/events`, { after }, this.asked()),
    );
    const events = unsent.map(toEvent);
    for (const event of events) await this.notes.note(event);
    const [first] = events;
    if (first === undefined) return BigInt(last);
    crashPoint('audit.caught-up');
    return BigInt(first.sequence) - 1n;
  }

  private asked(): AskedService {
    const { TICKET_URL: url, CATCH_UP_WITHIN_MS: timeoutMs } = this.settings;
    return { service: 'ticket', url, timeoutMs, tokens: this.tokens };
  }
}

function toEvent(content: unknown): EventEnvelope<Record<string, unknown>> {
  const contract = notedEvents.find(({ type }) => type === (content as Partial<EventEnvelope> | null)?.type);
  const reading = contract === undefined ? { unreadable: 'its type is unknown' } : readEvent(contract, content);
  if ('unreadable' in reading) throw new Error(`The ticket service has told what nobody can read: ${reading.unreadable}`);
  return reading.event;
}
