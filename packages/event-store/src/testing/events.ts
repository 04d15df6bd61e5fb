/** Envelopes for tests: a source that counts sequences per key as an outbox does. */
import { randomUUID } from 'node:crypto';
import { eventSchemaUri, sequenceText, type EventEnvelope } from '@banyan/contract';

export type EventChanges = Partial<EventEnvelope> & { readonly key?: string };

/** A function that makes the next event of a key. */
export function createSource(source = '/test/orders'): (changes?: EventChanges) => EventEnvelope {
  const sequences = new Map<string, bigint>();
  return ({ key = 'k', ...changes } = {}) => {
    const sequence = (sequences.get(key) ?? 0n) + 1n;
    sequences.set(key, sequence);
    const type = changes.type ?? 'order.placed';
    return {
      specversion: '1.0',
      id: randomUUID(),
      source,
      type,
      subject: key,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataschema: eventSchemaUri(type, 1),
      data: { orderId: key, number: Number(sequence) },
      correlationid: randomUUID(),
      partitionkey: key,
      sequence: sequenceText(sequence),
      ...changes,
    };
  };
}
