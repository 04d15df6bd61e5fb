/** UUID version 7 (RFC 9562, 5.7): sorts by the time it was made, so that an index of ids grows at its end. */
import { randomUUID } from 'node:crypto';

/** @param now milliseconds since 1970 */
export function uuidV7(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
