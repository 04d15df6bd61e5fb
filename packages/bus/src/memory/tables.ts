/** The two tables of a consumer store in memory: what was noted, and what was set aside, by key and oldest first. */
import type { Clock } from '../clock.ts';
import type { Decision, DiscardedEntry, InboxEntry, NewSetAside, Postponement, SetAside } from '../consumer-store.ts';

/** Due at a time in milliseconds since 1970; `waiting` is due when it is the oldest of its key. */
export type KeptEntry = SetAside & { readonly dueAt: number };

export interface MemoryTables {
  /** What excludes each other: events of one key, or the same event without a key. */
  laneOf(event: InboxEntry): string;
  isNoted(event: InboxEntry): boolean;
  note(event: InboxEntry, status: 'handled' | 'set-aside'): void;
  isBlocked(event: InboxEntry): boolean;
  add(entry: NewSetAside): void;
  change(id: string, next: Postponement, isStill?: (before: KeptEntry) => boolean): void;
  remove(entry: InboxEntry & { readonly id: string }): void;
  /** Removes it, and keeps it with who and why. */
  discard(entry: KeptEntry, decision: Decision): void;
  discarded(): (KeptEntry & DiscardedEntry)[];
  /** Of each key the oldest, when it is due; oldest first. */
  due(group: string): KeptEntry[];
  /** Oldest first. */
  all(): KeptEntry[];
  forgetHandled(before: number, max: number): number;
}

export function createMemoryTables(clock: Clock): MemoryTables {
  const inbox = new Map<string, { readonly status: 'handled' | 'set-aside'; readonly at: number }>();
  const lanes = new Map<string, KeptEntry[]>();
  let added = 0;
  const nameOf = ({ group, generation }: InboxEntry, name: string) => JSON.stringify([group, generation, name]);
  const laneOf = (event: InboxEntry) => nameOf(event, event.partitionKey === '' ? `event ${event.eventId}` : `key ${event.partitionKey}`);
  const discarded: (KeptEntry & DiscardedEntry)[] = [];
  const remove = (entry: InboxEntry & { readonly id: string }) => {
    const left = (lanes.get(laneOf(entry)) ?? []).filter(({ id }) => id !== entry.id);
    if (left.length === 0) lanes.delete(laneOf(entry));
    else lanes.set(laneOf(entry), left);
  };
  const all = () => [...lanes.values()].flat().sort((one, other) => Number(one.id) - Number(other.id));
  return {
    laneOf,
    all,
    isNoted: (event) => inbox.has(nameOf(event, event.eventId)),
    note: (event, status) => void inbox.set(nameOf(event, event.eventId), { status, at: clock.now() }),
    isBlocked: (event) => event.partitionKey !== '' && lanes.has(laneOf(event)),
    add: (entry) => {
      added += 1;
      const lane = lanes.get(laneOf(entry)) ?? [];
      const now = clock.now();
      lane.push({
        ...structuredClone(entry),
        id: String(added),
        revision: 0,
        setAsideAt: new Date(now).toISOString(),
        dueAt: now + (entry.dueInMs ?? 0),
      });
      lanes.set(laneOf(entry), lane);
    },
    change: (id, next, isStill = () => true) => {
      for (const lane of lanes.values()) {
        const place = lane.findIndex((entry) => entry.id === id && isStill(entry));
        if (place === -1) continue;
        const before = lane[place]!;
        lane[place] = { ...before, ...next, revision: before.revision + 1, dueAt: clock.now() + ('dueInMs' in next ? next.dueInMs : 0) };
      }
    },
    remove,
    discard: (entry, { by, why }) => {
      remove(entry);
      discarded.push({ ...entry, by, why, discardedAt: new Date(clock.now()).toISOString() });
    },
    discarded: () => [...discarded],
    due: (group) => {
      const oldest = [...lanes.values()].map((lane) => lane[0]!);
      const isDue = ({ state, dueAt }: KeptEntry) => state === 'waiting' || (state === 'deferred' && dueAt <= clock.now());
      return oldest.filter((entry) => entry.group === group && isDue(entry)).sort((one, other) => Number(one.id) - Number(other.id));
    },
    forgetHandled: (before, max) => {
      const old = [...inbox].filter(([, { status, at }]) => status === 'handled' && at <= before).slice(0, max);
      for (const [name] of old) inbox.delete(name);
      return old.length;
    },
  };
}
