/** Who is signed in, kept in this browser: the token of the last log-in, until it is given up or the server refuses it. */
import type { AskFailure } from '@banyan/web/failure';
import { createStore } from '@banyan/web/store';
import { useSyncExternalStore } from 'react';
import type { Role } from '../api/routes.ts';
import { type SignedInUser, userOfToken } from './claims.ts';
import { leaveMessage } from './message.ts';

export interface Session {
  readonly token?: string;
  readonly user?: SignedInUser;
}

const storedAs = 'token';
const hasEnded = 'Your session has ended. Please log in again.';
const session = createStore<Session>({});

takeUp(localStorage.getItem(storedAs));

/** What was kept; something that is no token is thrown away. */
function takeUp(token: string | null): void {
  const user = token === null ? undefined : userOfToken(token);
  if (token !== null && user === undefined) {
    localStorage.removeItem(storedAs);
    leaveMessage(hasEnded);
  }
  session.set(token === null || user === undefined ? {} : { token, user });
}

/** @param role as the answer to the log-in has it, where it does; else the token's */
export function signIn(token: string, role: Role | undefined): void {
  localStorage.setItem(storedAs, token);
  takeUp(token);
  if (role !== undefined) changeOwnRole(role);
}

export function signOut(): void {
  localStorage.removeItem(storedAs);
  session.set({});
}

/** The server goes by the role somebody has now; the token has that of the log-in. */
export function changeOwnRole(role: Role): void {
  const { user, token } = session.get();
  if (user !== undefined && token !== undefined && user.role !== role) session.set({ token, user: { ...user, role } });
}

export function currentToken(): string | undefined {
  return session.get().token;
}

/** The server's word counts: a token it does not know any more is given up, and who may not do what administrators may is none. */
export function heedRefusal({ status, said }: AskFailure, token: string): void {
  if (token !== session.get().token) return; // of who was signed in before
  if (status === 403 && said === 'Insufficient permissions') changeOwnRole('AGENT');
  if (status !== 401) return;
  leaveMessage(hasEnded);
  signOut();
}

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** Where somebody begins. */
export function homeOf({ role }: SignedInUser): string {
  return role === 'ADMIN' ? '/dashboard' : '/tickets';
}

// Logging in or out in one tab does so in all.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === storedAs) takeUp(newValue);
});
