/** Events for suites and tests: numbered per key, as an outbox numbers them. */
import { randomUUID } from 'node:crypto';
import type { EventEnvelope } from '@banyan/contract';

export type TestEvent = EventEnvelope<{ readonly key: string; readonly number: number; readonly text?: string }>;

/** Makes the next event of a key; `number` in its data counts from 1. */
export function createEventSeries(type = 'order.placed'): (key: string, options?: { type?: string; text?: string }) => TestEvent {
  const numbers = new Map<string, number>();
  return (key, options = {}) => {
    const number = (numbers.get(key) ?? 0) + 1;
    numbers.set(key, number);
    const itsType = options.type ?? type;
    return {
      specversion: '1.0',
      id: randomUUID(),
      source: '/conformance/shop',
      type: itsType,
      subject: key,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataschema: `urn:banyan:event:${itsType}:1`,
      data: { key, number, ...(options.text === undefined ? {} : { text: options.text }) },
      correlationid: randomUUID(),
      partitionkey: key,
      sequence: String(number).padStart(19, '0'),
    };
  };
}

export function keysOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
