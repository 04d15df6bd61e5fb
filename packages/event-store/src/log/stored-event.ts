/** A row of the log as the envelope that was appended. */
import { sequenceText, type EventEnvelope } from '@banyan/contract';
import type { StoredEvent } from '../event-log.ts';

export interface EventRow {
  readonly position: string;
  readonly partition: number;
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly time: string;
  readonly service_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly aggregate_id: string;
  readonly version: string;
  readonly subject: string | null;
  readonly dataschema: string;
  readonly traceparent: string | null;
}

/** Times travel as text: a Date would cut microseconds off. */
export const eventColumns =
  'e.position, e.partition, e.id, e.type, e.payload, e.timestamp::text as time, e.service_id, e.correlation_id, e.causation_id, e.aggregate_id, e.version, e.subject, e.dataschema, e.traceparent';

export function rowToStoredEvent(row: EventRow): StoredEvent {
  const event: EventEnvelope = {
    specversion: '1.0',
    id: row.id,
    source: row.service_id,
    type: row.type,
    subject: row.subject ?? row.aggregate_id,
    time: isoTime(row.time),
    datacontenttype: 'application/json',
    dataschema: row.dataschema,
    data: row.payload,
    correlationid: row.correlation_id,
    ...(row.causation_id === null ? {} : { causationid: row.causation_id }),
    partitionkey: row.aggregate_id,
    sequence: sequenceText(BigInt(row.version)),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
  return { position: BigInt(row.position), partition: row.partition, event };
}

/** `2026-11-21 13:43:12.5+00` becomes `2026-11-21T13:43:12.500Z`, as Date writes it; microseconds stay when there are any. */
function isoTime(text: string): string {
  const [, day, second, fraction = ''] = /^(\S+) ([\d:]+)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  return `${day}T${second}.${fraction.padEnd(3, '0')}Z`;
}
