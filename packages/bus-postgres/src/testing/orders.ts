/** Numbered events that any process can make again: the same number gives the same event. */
import { createHash } from 'node:crypto';
import { eventSchemaUri, sequenceText, type EventEnvelope } from '@banyan/contract';

export const orderPlaced = 'order.placed';
const keys = 24;

/** Events `from`, `from + 1`, …; those of one key are numbered 1, 2, 3, … */
export function makeOrders(
  from: number,
  count: number,
  type = orderPlaced,
): EventEnvelope<{ readonly key: string; readonly number: number }>[] {
  return Array.from({ length: count }, (_, place) => {
    const key = `order-${(from + place) % keys}`;
    const number = Math.floor((from + place) / keys) + 1;
    const digest = createHash('sha256')
      .update(`${type} ${from + place}`)
      .digest('hex');
    return {
      specversion: '1.0',
      id: digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      source: `/test/${type}`,
      type,
      subject: key,
      time: '2026-11-21T12:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: eventSchemaUri(type, 1),
      data: { key, number },
      correlationid: digest,
      partitionkey: key,
      sequence: sequenceText(BigInt(number)),
    };
  });
}
