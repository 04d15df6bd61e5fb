/** Reset tokens in all states. Those that are still good are so when the data set is loaded; nobody knows what they were made from. */
import { daysBeforeEnd, type Invention, toTime } from './invention.ts';
import type { ResetTokenRow, UserRow } from './rows.ts';

const hourMs = 3_600_000;

export interface InventedResets {
  readonly tokens: readonly ResetTokenRow[];
  /** When each was asked for, and by whom; in the order of the tokens. */
  readonly requests: readonly { readonly userId: string; readonly at: number }[];
  readonly resets: readonly { readonly userId: string; readonly at: number }[];
}

/** @param now when the data set is loaded, milliseconds since 1970 */
export function inventResets(invention: Invention, users: readonly UserRow[], now: number): InventedResets {
  const tokens: ResetTokenRow[] = [];
  const add = (userId: string, createdAt: number, used: boolean, expiresAt = createdAt + hourMs) =>
    tokens.push({
      id: invention.id(),
      userId,
      tokenHash: hashOf(invention),
      expiresAt: toTime(expiresAt),
      used,
      createdAt: toTime(createdAt),
    });
  const somebody = () => invention.pick(users).id;
  const once = () => daysBeforeEnd(1 + 170 * invention.next());
  for (let index = 0; index < 20; index += 1) add(somebody(), once(), true);
  for (let index = 0; index < 12; index += 1) add(somebody(), once(), false);
  for (let index = 0; index < 8; index += 1) add(somebody(), daysBeforeEnd(0) - index * 60_000, false, now + hourMs - index * 60_000);
  const requests = tokens.map(({ userId, createdAt }) => ({ userId, at: Date.parse(createdAt) }));
  const resets = requests.slice(0, 20).map(({ userId, at }) => ({ userId, at: at + 120_000 }));
  return { tokens, requests, resets };
}

/** Has the form of a hash, and takes as long to compare as any. */
function hashOf(invention: Invention): string {
  const base64 = (bytes: number) =>
    Buffer.from(Array.from({ length: bytes }, () => invention.below(256)))
      .toString('base64')
      .replace(/=+$/, '');
  return `$argon2id$v=19$m=65536,t=3,p=4$${base64(16)}$${base64(32)}`;
}
