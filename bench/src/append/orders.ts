/** Events as an outbox would make them: about 300 bytes of data, numbered per key. */
import { randomUUID } from 'node:crypto';
import { eventSchemaUri, sequenceText, type EventEnvelope } from '@banyan/contract';

export const orderPlaced = 'order.placed';

export function createOrders(source: string): (key: string) => EventEnvelope<Record<string, unknown>> {
  const sequences = new Map<string, bigint>();
  return (key) => {
    const sequence = (sequences.get(key) ?? 0n) + 1n;
    sequences.set(key, sequence);
    return {
      specversion: '1.0',
      id: randomUUID(),
      source,
      type: orderPlaced,
      subject: key,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataschema: eventSchemaUri(orderPlaced, 1),
      data: { orderId: key, total: 129_900, currency: 'EUR', lines: [{ sku: 'A-100', count: 2 }], note: 'x'.repeat(180) },
      correlationid: randomUUID(),
      partitionkey: key,
      sequence: sequenceText(sequence),
    };
  };
}
