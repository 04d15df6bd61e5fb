/** A consumer store in memory, for tests and simulation: what a service's database is to a consumer, shared by several instances. */
import { type Clock, systemClock } from './clock.ts';
import type { ConsumerStore, DeadLetters } from './consumer-store.ts';
import { countOf, matching, toSetAside } from './memory/set-aside-filter.ts';
import { createLocks } from './memory/locks.ts';
import { createMemorySession, type MemorySession } from './memory/session.ts';
import { createMemoryTables, type MemoryTables } from './memory/tables.ts';

export type { MemorySession } from './memory/session.ts';

export interface MemoryDatabase {
  /** One service instance's view of it. */
  createStore(): ConsumerStore<MemorySession> & DeadLetters;
}

/** Instances of one database exclude each other as transactions of a real one do. */
export function createMemoryDatabase({ clock = systemClock }: { readonly clock?: Clock } = {}): MemoryDatabase {
  const shared = { clock, tables: createMemoryTables(clock), locks: createLocks() };
  return { createStore: () => ({ ...consumerStoreOn(shared), ...deadLettersOn(shared.tables) }) };
}

/** A store with a database of its own. */
export function createMemoryConsumerStore(options: { readonly clock?: Clock } = {}): ConsumerStore<MemorySession> & DeadLetters {
  return createMemoryDatabase(options).createStore();
}

const prunedAtOnce = 5_000;

function consumerStoreOn(shared: {
  readonly clock: Clock;
  readonly tables: MemoryTables;
  readonly locks: ReturnType<typeof createLocks>;
}): ConsumerStore<MemorySession> {
  const { clock, tables, locks } = shared;
  return {
    handle: (event, effect) =>
      locks.hold(tables.laneOf(event), async () => {
        if (tables.isNoted(event)) return 'duplicate';
        if (tables.isBlocked(event)) return 'blocked';
        await createMemorySession().commit(effect);
        tables.note(event, 'handled');
        return 'handled';
      }),
    setAside: (entry) =>
      locks.hold(tables.laneOf(entry), async () => {
        if (tables.isNoted(entry)) return 'duplicate';
        if (entry.state === 'waiting' && !tables.isBlocked(entry)) return 'clear';
        tables.note(entry, 'set-aside');
        tables.add(entry);
        return 'set-aside';
      }),
    retryDue: async (group, attempt) => {
      const kept = tables.due(group).find((entry) => !locks.isHeld(tables.laneOf(entry)));
      if (kept === undefined) return undefined;
      const entry = toSetAside(kept);
      return locks.hold(tables.laneOf(entry), async () => {
        try {
          await createMemorySession().commit((session) => attempt(session, entry));
        } catch (failed) {
          return { entry, outcome: { failed } };
        }
        tables.remove(kept);
        tables.note(entry, 'handled');
        return { entry, outcome: 'handled' as const };
      });
    },
    postpone: async ({ id, revision }, next) => tables.change(id, next, (before) => before.revision === revision),
    prune: async (olderThanMs) => tables.forgetHandled(clock.now() - olderThanMs, prunedAtOnce),
  };
}

function deadLettersOn(tables: MemoryTables): DeadLetters {
  const dead = (filter: Parameters<DeadLetters['list']>[0]) => matching(tables.all(), { ...filter, state: 'dead' });
  return {
    list: async (filter) => matching(tables.all(), filter).map(toSetAside),
    count: async (filter) => countOf(matching(tables.all(), { ...filter, limit: Number.POSITIVE_INFINITY })),
    redrive: async (filter) => {
      const entries = dead(filter);
      for (const { id, error } of entries) tables.change(id, { state: 'deferred', attempts: 0, dueInMs: 0, error });
      return entries.length;
    },
    discard: async (filter, decision) => {
      const entries = dead(filter);
      for (const entry of entries) tables.discard(entry, decision);
      return entries.length;
    },
    discarded: async (filter) => matching(tables.discarded(), filter).map(toSetAside),
  };
}
