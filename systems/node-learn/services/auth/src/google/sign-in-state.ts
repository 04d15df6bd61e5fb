/** Ties the end of a sign-in to the browser that began it (flag `auth.oauthState`): a short-lived cookie and Google's `state`. */
import { randomBytes, timingSafeEqual } from 'node:crypto';

const cookieName = 'sign_in_state';
const lifetimeSeconds = 600;

export interface SignInState {
  readonly state: string;
  /** For `Set-Cookie`. */
  readonly cookie: string;
}

/** A fresh state; the cookie is `Secure` when the callback is https. */
export function createSignInState(callbackUrl: string): SignInState {
  const state = randomBytes(24).toString('base64url');
  return { state, cookie: writeCookie(state, lifetimeSeconds, callbackUrl) };
}

/** For `Set-Cookie` once the state is spent. */
export function forgetSignInState(callbackUrl: string): string {
  return writeCookie('', 0, callbackUrl);
}

/** True when the browser that came back is the one that was sent. */
export function isSignInState(cookieHeader: string | undefined, state: unknown): boolean {
  const [, kept] = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]+)`).exec(cookieHeader ?? '') ?? [];
  if (kept === undefined || typeof state !== 'string') return false;
  const [ours, given] = [Buffer.from(kept), Buffer.from(state)];
  return ours.length === given.length && timingSafeEqual(ours, given);
}

function writeCookie(value: string, maxAgeSeconds: number, callbackUrl: string): string {
  const { pathname, protocol } = new URL(callbackUrl);
  return `${cookieName}=${value}; Max-Age=${maxAgeSeconds}; Path=${pathname}; HttpOnly; SameSite=Lax${protocol === 'https:' ? '; Secure' : ''}`;
}
