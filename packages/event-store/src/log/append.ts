/** The one statement that appends a batch; what it must do in which order stands in the schema beside it. */
import { partitionOf, sequenceText, type EventEnvelope } from '@banyan/contract';
import { EventStoreError } from '../errors.ts';
import { toTextArray } from './text-array.ts';

export const batchMax = 5_000;

/** The state that `banyan.append_events` raises for a sequence that goes back. */
export const sequenceBrokenState = 'BY001';

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Of events that checkBatch() has let pass. Also for use inside a transaction of the caller, which then holds the feed back until it ends. */
export function toAppendStatement(events: readonly EventEnvelope[], partitions: number): Statement {
  const rows = events.map((event) => toValues(event, partitions));
  const isOne = rows.length === 1;
  const procedure = isOne ? 'append_event' : 'append_events';
  return {
    name: `banyan-${procedure}`,
    text: `select banyan.${procedure}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: isOne
      ? rows[0]!
      : kinds.map((kind, place) =>
          toArray(
            kind,
            rows.map((row) => row[place]!),
          ),
        ),
  };
}

/** Of each value: in `plain` ones nothing can need quoting, `time` may be anything. */
const kinds = ['plain', 'text', 'text', 'time', 'text', 'text', 'text', 'text', 'plain', 'plain', 'text', 'text', 'text'] as const;

function toValues(event: EventEnvelope, partitions: number): (string | null)[] {
  const {
    id,
    type,
    data,
    time,
    source,
    correlationid,
    causationid = null,
    partitionkey,
    sequence,
    subject,
    dataschema,
    traceparent = null,
  } = event;
  const partition = String(partitionOf(partitionkey === '' ? id : partitionkey, partitions));
  const ownSubject = subject === partitionkey ? null : subject;
  const payload = JSON.stringify(data);
  return [
    id,
    type,
    payload,
    time,
    source,
    correlationid,
    causationid,
    partitionkey,
    sequence,
    partition,
    ownSubject,
    dataschema,
    traceparent,
  ];
}

function toArray(kind: (typeof kinds)[number], values: readonly (string | null)[]): unknown {
  if (kind === 'text') return toTextArray(values);
  return kind === 'plain' ? `{${values.join(',')}}` : values;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The database compares with what is there; inside one batch it is done here. Throws EVENT_STORE_EVENT_INVALID, EVENT_STORE_SEQUENCE_BROKEN. */
export function checkBatch(events: readonly EventEnvelope[]): void {
  if (events.length > batchMax) throw invalid(`A batch has ${events.length} events; at most ${batchMax} are appended at once`);
  const last = new Map<string, EventEnvelope>();
  const ids = new Set<string>();
  for (const event of events) {
    if (!uuid.test(event.id)) throw invalid(`The id "${event.id}" of a "${event.type}" is not a UUID in lower case`);
    if (!/^\d{1,19}$/.test(event.sequence))
      throw invalid(`The sequence "${event.sequence}" of event ${event.id} is not a number of at most 19 digits`);
    if (ids.has(event.id)) continue;
    ids.add(event.id);
    const stream = `${event.source}\0${event.partitionkey}`; // neither can hold a NUL in a row
    const before = last.get(stream);
    if (before !== undefined && BigInt(before.sequence) >= BigInt(event.sequence))
      throw sequenceBroken(
        `${event.partitionkey} of ${event.source} has sequence ${sequenceText(BigInt(event.sequence))} after ${before.sequence} in one batch`,
      );
    last.set(stream, event);
  }
}

export function sequenceBroken(what: string, cause?: unknown): EventStoreError {
  return new EventStoreError('EVENT_STORE_SEQUENCE_BROKEN', `Nothing was appended: ${what}.`, { cause });
}

export function invalid(what: string, cause?: unknown): EventStoreError {
  return new EventStoreError('EVENT_STORE_EVENT_INVALID', `${what}.`, { cause });
}
