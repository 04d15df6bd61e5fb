/** What is noted of an event: the entry that users are shown, or, where they are shown none, what it says without a word about anybody. */
import { type EventEnvelope, eventsReadBy, isRowEvent } from '@banyan/contract';
import { type Entry, entryOf } from '@helpdesk/contracts/entries';
import { events } from '@helpdesk/contracts/events';

/** Everything that happens to users and tickets. */
export const notedEvents = eventsReadBy(events, 'audit');

export interface Note extends Entry {
  /** Who has done what is noted without a name. */
  readonly hiddenActorId: string | null;
  readonly isShown: boolean;
}

type Data = Readonly<Record<string, unknown>>;

/** Undefined for what a row of the monolith has told: that the monolith has noted itself. */
export function noteOf(event: EventEnvelope<Data>): Note | undefined {
  if (isRowEvent(event)) return undefined;
  const entry = entryOf(event);
  const actorId = actorOf(event.data);
  if (entry !== undefined) return { ...entry, hiddenActorId: entry.actorId === null ? actorId : null, isShown: true };
  const { type, partitionkey: entityId, data } = event;
  const entityType = type.split('.')[0] ?? '';
  return { actorId, action: type, entityType, entityId, metadata: withoutPeople(type, data), hiddenActorId: null, isShown: false };
}

/** By what the contract calls personal: names, addresses, texts, tokens. */
function withoutPeople(type: string, data: Data): object {
  const contract = notedEvents.find((it) => it.type === type);
  if (contract === undefined) return {};
  const left = new Set([contract.key, 'actorId', 'authorId', ...(contract.personal ?? [])]);
  return Object.fromEntries(Object.entries(data).filter(([name]) => !left.has(name)));
}

function actorOf({ actorId, authorId }: Data): string | null {
  const id = actorId ?? authorId;
  return typeof id === 'string' ? id : null;
}
