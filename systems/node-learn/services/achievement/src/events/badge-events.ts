/** What achievement publishes: each badge earned, and the outcome of every check that follows from an answer. */
import type { EventData } from '@banyan/contract';
import type { Outbox } from '@banyan/outbox';
import { achievementChecked, achievementCheckFailed, achievementEarned, idToText } from '@node-learn/contracts';
import type { Award } from '../badges/badge-statements.ts';

export const publishedEvents = [achievementChecked, achievementEarned, achievementCheckFailed] as const;

export type BadgeOutbox = Outbox<(typeof publishedEvents)[number]>;

/** In the transaction that gives the badges. `answerEventId` is null when no answer's event brought the check about. */
export function publishEarned(outbox: BadgeOutbox, userId: number, awards: readonly Award[], answerEventId: string | null): void {
  for (const { badge, earnedAt } of awards) {
    outbox.publish(achievementEarned, {
      userId: idToText(userId),
      achievementId: idToText(badge.id),
      earnedAt: earnedAt.toISOString(),
      title: badge.title,
      answerEventId,
    });
  }
}

export type CheckedAnswer = Omit<EventData<typeof achievementChecked>, 'awarded'>;
