/** Names for whatever came, readable or not: the same each time it comes, and such that every database can keep them. */
import { createHash } from 'node:crypto';
import type { InboxEntry } from '../consumer-store.ts';
import type { Delivery } from '../driver.ts';
import { messageOf } from './consumer-context.ts';

export type Identity = InboxEntry & { readonly type: string };

const longest = 200;

export function identify(delivery: Delivery, group: string, generation: number): Identity {
  const fields = isObject(delivery.content) ? delivery.content : {};
  const [id, type, key] = ['id', 'type', 'partitionkey'].map((name) => textOf(fields[name]));
  return {
    group,
    generation,
    eventId: storableId(id || `${delivery.position} ${JSON.stringify(delivery.content)}`),
    partitionKey: storableKey(delivery.partitionKey || key || ''),
    type: storableText(type || 'unknown', longest),
  };
}

function storableId(id: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : digest(id);
}

/** Long keys and those with characters that PostgreSQL cannot keep are replaced, one to one as far as SHA-256 is. */
function storableKey(key: string): string {
  return key.length <= longest && key.isWellFormed() && !key.includes('\0') ? key : digest(key);
}

/** What is only there to be read, and what plain JavaScript may give in its place. */
export function storableText(given: unknown, lengthMax: number): string {
  const text = typeof given === 'string' ? given : messageOf(given);
  return text.slice(0, lengthMax).toWellFormed().replaceAll('\0', '\u{fffd}');
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
