/** What is to be done about one event: run its handler, nothing, or set it aside because nobody here can read it. */
import { type EventContract, type EventEnvelope, readEnvelope, readEvent, type Reading } from '@banyan/contract';
import type { EventHandler } from '../handler.ts';
import { messageOf } from './consumer-context.ts';

export type Task<Session> =
  | { readonly kind: 'handle'; readonly event: EventEnvelope<never>; readonly handler: EventHandler<Session> }
  | { readonly kind: 'skip' }
  | { readonly kind: 'unreadable'; readonly error: string };

export function toTask<Session>(handlers: ReadonlyMap<string, EventHandler<Session>>, generation: number, content: unknown): Task<Session> {
  const handler = handlers.get(String((content as { type?: unknown } | null)?.type));
  if (handler === undefined) return { kind: 'unreadable', error: unhandled(content) };
  if (generation > 0 && !handler.replayable) return { kind: 'skip' };
  const reading = read(handler.contract, content);
  if ('unreadable' in reading) return { kind: 'unreadable', error: sentence(reading.unreadable) };
  return { kind: 'handle', event: reading.event as EventEnvelope<never>, handler };
}

/** A check of the schema's own may throw; that must not keep the group from the events behind. */
function read(contract: EventContract, content: unknown): Reading<EventContract> {
  try {
    return readEvent(contract, content);
  } catch (error) {
    return { unreadable: `checking it failed: ${messageOf(error)}` };
  }
}

function unhandled(content: unknown): string {
  const reading = readEnvelope(content);
  return sentence('unreadable' in reading ? reading.unreadable : `this consumer has no handler for "${reading.envelope.type}"`);
}

function sentence(clause: string): string {
  return `The event cannot be read: ${clause}.`;
}
