/** Authorisation codes and access tokens: random, short-lived, a code works once, both bounded in number. */
import { randomBytes } from 'node:crypto';

export interface Grant {
  readonly personId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
}

export interface Grants {
  /** A code for one exchange within ten minutes. */
  issueCode(grant: Grant): string;
  /** Gives what the code stood for and forgets it; undefined when unknown, used or too old. */
  takeCode(code: string): Grant | undefined;
  issueToken(grant: Grant): string;
  findToken(token: string): Grant | undefined;
}

export const accessTokenSeconds = 3599;
const codeMs = 600_000;
/** Beyond this many of either kind the oldest is forgotten. */
const heldMax = 50_000;

export function createGrants(now: () => number = Date.now): Grants {
  const codes = new Map<string, Held>();
  const tokens = new Map<string, Held>();
  return {
    issueCode: (grant) => hold(codes, `4/0A${randomBytes(30).toString('base64url')}`, { grant, until: now() + codeMs }),
    takeCode(code) {
      const held = codes.get(code);
      codes.delete(code);
      return alive(held, now());
    },
    issueToken: (grant) =>
      hold(tokens, `ya29.${randomBytes(48).toString('base64url')}`, { grant, until: now() + accessTokenSeconds * 1000 }),
    findToken: (token) => alive(tokens.get(token), now()),
  };
}

interface Held {
  readonly grant: Grant;
  readonly until: number;
}

function hold(heldByKey: Map<string, Held>, key: string, held: Held): string {
  const oldest = heldByKey.size >= heldMax ? heldByKey.keys().next().value : undefined;
  if (oldest !== undefined) heldByKey.delete(oldest);
  heldByKey.set(key, held);
  return key;
}

function alive(held: Held | undefined, now: number): Grant | undefined {
  return held !== undefined && held.until > now ? held.grant : undefined;
}
