/** What an operator asks for among the entries that were set aside. */
import type { SetAside, SetAsideCount, SetAsideFilter } from '../consumer-store.ts';
import type { KeptEntry } from './tables.ts';

export function matching<Entry extends KeptEntry>(entries: readonly Entry[], filter: SetAsideFilter): Entry[] {
  const { ids, limit = 100, ...wanted } = filter;
  const isWanted = (entry: Entry) =>
    (ids === undefined || ids.includes(entry.id)) &&
    Object.entries(wanted).every(([field, value]) => value === undefined || entry[field as keyof typeof wanted] === value);
  return entries.filter(isWanted).slice(0, limit);
}

export function countOf(entries: readonly KeptEntry[]): SetAsideCount[] {
  const alike = Map.groupBy(entries, ({ group, type, state, error }) => JSON.stringify([group, type, state, error]));
  return [...alike.values()].map((same) => {
    const { group, type, state, error } = same[0]!;
    return { group, type, state, error, count: same.length, keys: new Set(same.map(({ partitionKey }) => partitionKey)).size };
  });
}

/** A copy for the outside, as a database would give. */
export function toSetAside<Entry extends SetAside>(kept: Entry & { readonly dueAt: number }): Omit<Entry, 'dueAt'> {
  const { dueAt: _dueAt, ...entry } = structuredClone(kept);
  return entry;
}
