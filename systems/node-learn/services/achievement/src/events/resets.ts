/** Begins the results and badges of a user anew when maintenance says so. */
import { type HandlerContext, type Outcome, retry } from '@banyan/bus';
import type { EventData, EventEnvelope } from '@banyan/contract';
import { OnEvent } from '@banyan/nest';
import { textToId, userStatsReset } from '@node-learn/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isOlder, lockAndRead, resetUser } from '../projection/known-users.ts';

const movingPauseMs = 1_000;

@Injectable()
export class Resets {
  /** A reset that an answer has implied already is not done again: what was earned since stays. */
  @OnEvent(userStatsReset)
  async reset(
    { data }: EventEnvelope<EventData<typeof userStatsReset>>,
    { session: sql }: HandlerContext<EntityManager>,
  ): Promise<Outcome | void> {
    const userId = textToId(data.userId);
    const { epoch, owner } = await lockAndRead(sql, userId);
    if (owner === 'moving') return retry(movingPauseMs, 'The badges are being moved.');
    if (isOlder(epoch, data.scheduledFor)) await resetUser(sql, { userId, epoch: data.scheduledFor, owner });
  }
}
