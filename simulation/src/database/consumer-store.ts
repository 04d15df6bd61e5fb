/** Inbox and set-aside events of a simulated database, in the transaction of the effect; and wrong on purpose where a bug is planted. */
import type { ConsumerStore, InboxEntry, NewSetAside, SetAside } from '@banyan/bus';
import type { MemoryTransaction } from '@banyan/saga';
import type { World } from '../world.ts';
import { isBlocked, type KeptEntry, type Tables } from './tables.ts';

export interface StoreAccess {
  readonly world: World;
  readonly tables: Tables;
  readonly isLocked: (name: string) => boolean;
  readonly run: <Result>(
    work: (transaction: MemoryTransaction, lock: (name: string) => Promise<void>) => Promise<Result>,
  ) => Promise<Result>;
}

export function createSimulatedConsumerStore({ world, tables, run, isLocked }: StoreAccess): ConsumerStore<MemoryTransaction> {
  const { clock, planted } = world;
  const noteOf = ({ group, eventId }: InboxEntry) => `${group} ${eventId}`;
  const note = (entry: InboxEntry, status: string) => void tables.inbox.set(noteOf(entry), status);
  const isDue = (entry: KeptEntry) => entry.state === 'waiting' || (entry.state === 'deferred' && entry.dueAt <= clock.now());
  return {
    handle: async (event, effect) => {
      const outcome = await run(async (transaction, lock) => {
        await lock(laneOf(event));
        if (tables.inbox.has(noteOf(event))) return 'duplicate';
        if (planted !== 'overtakes-deferred' && isBlocked(tables, event)) return 'blocked';
        await effect(transaction);
        if (planted !== 'inbox-after-effect') transaction.stage(() => note(event, 'handled'));
        return 'handled';
      });
      if (planted === 'inbox-after-effect' && outcome === 'handled')
        await run(async (transaction) => transaction.stage(() => note(event, 'handled')));
      return outcome;
    },
    setAside: (entry) =>
      run(async (transaction, lock) => {
        await lock(laneOf(entry));
        if (tables.inbox.has(noteOf(entry))) return 'duplicate';
        if (entry.state === 'waiting' && !isBlocked(tables, entry)) return 'clear';
        transaction.stage(() => {
          note(entry, 'set-aside');
          tables.setAside.push(toKept(tables, entry, clock.now()));
          world.tell(`${entry.group} sets ${entry.type} ${entry.partitionKey} (${entry.eventId}) aside, ${entry.state}: ${entry.error}`);
        });
        return 'set-aside';
      }),
    retryDue: async (group, attempt) => {
      const due = oldestOf(tables, group).find((entry) => isDue(entry) && !isLocked(laneOf(entry)));
      if (due === undefined) return undefined;
      let taken: SetAside | undefined;
      try {
        return await run(async (transaction, lock) => {
          await lock(laneOf(due));
          const entry = oldestOf(tables, group).find(({ id }) => id === due.id);
          if (entry === undefined || !isDue(entry)) return undefined;
          taken = entry;
          await attempt(transaction, entry);
          transaction.stage(() => {
            tables.setAside = tables.setAside.filter(({ id }) => id !== entry.id);
            note(entry, 'handled');
          });
          return { entry, outcome: 'handled' as const };
        });
      } catch (failed) {
        if (taken === undefined) throw failed;
        return { entry: taken, outcome: { failed } };
      }
    },
    postpone: ({ id, revision }, next) =>
      run(async (transaction) =>
        transaction.stage(() => {
          tables.setAside = tables.setAside.map((entry) =>
            entry.id === id && entry.revision === revision
              ? { ...entry, ...next, revision: revision + 1, dueAt: clock.now() + ('dueInMs' in next ? next.dueInMs : 0) }
              : entry,
          );
        }),
      ),
    prune: async () => 0,
  };
}

function laneOf({ group, partitionKey }: InboxEntry): string {
  return `lane ${group} ${partitionKey}`;
}

/** Of each key. */
function oldestOf({ setAside }: Tables, group: string): KeptEntry[] {
  const ofGroup = setAside.filter((entry) => entry.group === group);
  return [...Map.groupBy(ofGroup, laneOf).values()].map((lane) => lane[0]!);
}

function toKept(tables: Tables, entry: NewSetAside, now: number): KeptEntry {
  const id = String(tables.nextSetAside++);
  return { ...structuredClone(entry), id, revision: 0, setAsideAt: new Date(now).toISOString(), dueAt: now + (entry.dueInMs ?? 0) };
}
