/** Notes every event of users and tickets as it comes. */
import type { HandlerContext, Outcome } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent, OnEvents } from '@banyan/nest';
import { userDeleted } from '@helpdesk/contracts/events';
import { Inject, Injectable } from '@nestjs/common';
import { notedEvents } from './note-of.ts';
import { Notes } from './notes.ts';

@Injectable()
export class AuditEvents {
  constructor(@Inject(Notes) private readonly notes: Notes) {}

  @OnEvents(notedEvents, { replayable: true })
  async happened(event: EventEnvelope<Record<string, unknown>>): Promise<void> {
    await this.notes.hear(event);
  }

  @OnEvent(userDeleted, { replayable: true })
  actorGone({ data }: EventEnvelope<EventData<typeof userDeleted>>, { attempt }: HandlerContext<never>): Promise<Outcome> {
    return this.notes.forgetActor(data.userId, attempt);
  }
}
