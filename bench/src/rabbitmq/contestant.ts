/** What everybody who publishes and consumes on RabbitMQ is asked to do, at the same durability: quorum queue, persistent, confirmed, acknowledged after the handler. */
import { eventSchemaUri, sequenceText, type EventEnvelope } from '@banyan/contract';

export interface Contestant {
  readonly name: string;
  /** Resolves when the broker has confirmed it. */
  publish(event: EventEnvelope): Promise<unknown>;
  /** Consumes until closed; an event is acknowledged when `handle` has returned. */
  consume(handle: (event: EventEnvelope) => void): Promise<{ close(): Promise<unknown> }>;
  close(): Promise<unknown>;
}

export interface ContestantOptions {
  readonly url: string;
  /** Names everything this contestant makes in the broker. */
  readonly prefix: string;
  /** Unacknowledged events of one queue, at most. */
  readonly inFlight: number;
}

export type MakeContestant = (options: ContestantOptions) => Promise<Contestant>;

export const queueArguments = { 'x-queue-type': 'quorum' } as const;

export const type = 'order.placed';
const keys = 64;

/** The next of 64 keys in turn; as JSON it has so many bytes. */
export function createEvents(bytes: number): () => EventEnvelope {
  let count = 0;
  const make = (text: string): EventEnvelope => {
    count += 1;
    const key = `order-${String(count % keys).padStart(2, '0')}`;
    const id = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`;
    return {
      specversion: '1.0',
      id,
      source: '/b',
      type,
      subject: key,
      time: '2026-11-21T12:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: eventSchemaUri(type, 1),
      data: { text },
      correlationid: id,
      partitionkey: key,
      sequence: sequenceText(BigInt(count)),
    };
  };
  const bare = JSON.stringify(make('')).length;
  const text = 'x'.repeat(Math.max(0, bytes - bare));
  return () => make(text);
}
