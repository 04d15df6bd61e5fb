/** What leaderboard publishes: each place that looks otherwise than before. */
import type { Outbox } from '@banyan/outbox';
import { idToText, leaderboardEntryUpdated } from '@node-learn/contracts';
import type { Place } from './board-statements.ts';
import type { RankedBoard } from './ranking.ts';

export const publishedEvents = [leaderboardEntryUpdated] as const;

export type BoardOutbox = Outbox<(typeof publishedEvents)[number]>;

export interface BoardChange {
  readonly modeId: number;
  readonly before: readonly Place[];
  readonly after: readonly Place[];
  readonly who: Omit<RankedBoard, 'results'>;
  /** Names by user; who has none is not shown, and nothing is told of it. */
  readonly names: ReadonlyMap<number, string>;
}

/** In the transaction that changes the board. The time alone is no change: every update renews it on all places. */
export function publishChanges(outbox: BoardOutbox, { modeId, before, after, who, names }: BoardChange): void {
  const placesBefore = new Map(before.map((place) => [place.userId, place]));
  for (const place of after) {
    const username = names.get(place.userId);
    const change = changeOf(placesBefore.get(place.userId), place);
    if (username === undefined || change === undefined) continue;
    outbox.publish(leaderboardEntryUpdated, {
      quizModeId: idToText(modeId),
      position: place.position,
      userId: idToText(place.userId),
      score: place.correctAnswers,
      correctAnswers: place.correctAnswers,
      totalQuestions: place.totalQuestions,
      streak: place.streak,
      username,
      achievedAt: place.achievedAt.toISOString(),
      change,
      evictedUserId: place.userId === who.enteredUserId && who.evictedUserId !== null ? idToText(who.evictedUserId) : null,
    });
  }
}

function changeOf(before: Place | undefined, after: Place): 'entered' | 'updated' | 'moved' | undefined {
  if (before === undefined) return 'entered';
  const fields = ['correctAnswers', 'totalQuestions', 'streak'] as const;
  if (fields.some((field) => before[field] !== after[field])) return 'updated';
  return before.position === after.position ? undefined : 'moved';
}
