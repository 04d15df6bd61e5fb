/** Badges that were awarded a moment ago, until somebody has read them. */
import { createStore } from '@banyan/web/store';
import type { AwardedBadge } from '../api/routes.ts';

export const announced = createStore<readonly AwardedBadge[]>([]);

/** One that is announced already is not announced twice. */
export function announceBadges(badges: readonly AwardedBadge[]): void {
  const shown = announced.get();
  const fresh = badges.filter(({ id }) => !shown.some((badge) => badge.id === id));
  if (fresh.length > 0) announced.set([...shown, ...fresh]);
}

export function putAway(id: number): void {
  announced.set(announced.get().filter((badge) => badge.id !== id));
}
