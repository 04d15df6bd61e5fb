/** As whom somebody plays: as themselves, or as the guest that all visitors share. */
import type { AskOptions } from '@banyan/web/ask';
import { api } from '../api/api.ts';
import { useSession } from './session.ts';

export interface Player {
  readonly id: number;
  readonly isGuest: boolean;
}

let guest: Promise<Player> | undefined;

/** The guest's id is asked for once. */
function findGuest(options: AskOptions): Promise<Player> {
  guest ??= api
    .ask('achievements.guest-id', { ...(options.onHeld && { onHeld: options.onHeld }) })
    .then(({ userId }) => ({ id: userId, isGuest: true }));
  guest.catch(() => (guest = undefined));
  return guest;
}

/** To be called with what loads a page's content. */
export function usePlayer(): { readonly isGuest: boolean; readonly find: (options: AskOptions) => Promise<Player> } {
  const { user } = useSession();
  if (user === undefined) return { isGuest: true, find: findGuest };
  return { isGuest: false, find: () => Promise.resolve({ id: user.id, isGuest: false }) };
}
