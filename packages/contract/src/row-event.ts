/** Events that a monolith's rows tell while it owns them: their ids are made from the change, and of a kind of their own. */
import { createHash } from 'node:crypto';

/** The same text always gives the same UUID (RFC 9562, version 8: hash-based, of our own). */
export function rowEventId(change: string): string {
  const digest = createHash('sha256').update(change).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether a row of the monolith has told it: then whatever else the monolith does with such a change, it has done itself. */
export function isRowEvent({ id }: { readonly id: string }): boolean {
  return id.charAt(14) === '8';
}
