/** Who is signed in, kept in this browser: a token the server issued, for as long as it holds. */
import { createStore } from '@banyan/web/store';
import { useSyncExternalStore } from 'react';
import { type SignedInUser, userOfToken } from './claims.ts';

export interface Session {
  readonly token?: string;
  readonly user?: SignedInUser;
  /** The sign-in of before does not hold any more. */
  readonly hasRunOut: boolean;
}

const storedAs = 'access_token';
const session = createStore<Session>(sessionOf(localStorage.getItem(storedAs)));

function sessionOf(token: string | null): Session {
  const user = token === null ? undefined : userOfToken(token);
  if (token === null || user === undefined) return { hasRunOut: false };
  return user.until > Date.now() ? { token, user, hasRunOut: false } : { hasRunOut: true };
}

/** False when the token is none. */
export function signIn(token: string): boolean {
  const next = sessionOf(token);
  if (next.user === undefined) return false;
  localStorage.setItem(storedAs, token);
  session.set(next);
  return true;
}

export function signOut(): void {
  localStorage.removeItem(storedAs);
  session.set({ hasRunOut: false });
}

/** The token to send; notices when it has run out. */
export function currentToken(): string | undefined {
  const { user, token } = session.get();
  if (user === undefined || user.until > Date.now()) return token;
  localStorage.removeItem(storedAs);
  session.set({ hasRunOut: true });
  return undefined;
}

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

// Signing in or out in one tab does so in all.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === storedAs) session.set(sessionOf(newValue));
});
