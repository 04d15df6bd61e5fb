/** Compares a copy with its owner key by key while both change: only keys at the same event are judged. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type { SnapshotEntry, SnapshotPage } from '../snapshot.ts';
import { pagesOf, type ReadPage } from './pages.ts';

export interface Comparison {
  readonly checked: number;
  readonly differing: number;
  /** Those of them that may be equal soon: at another event than their owner, or on one side only. */
  readonly behind: number;
  /** The first 20: which key, and which fields of it; no values. */
  readonly samples: readonly { readonly key: string; readonly what: string }[];
}

export interface CompareOptions {
  /** How long a key that is behind its owner, or on one side only, is looked at again before it counts as differing. Default 10,000. */
  readonly withinMs?: number;
}

/** Each pause is twice the one before, up to the last. */
const lookAgainMs = { first: 100, last: 1_600 };

/** Each gives its keys with the number of the last event that is in them. */
export interface ComparedSides {
  readonly owner: ReadPage;
  readonly copy: ReadPage;
}

/**
 * Page by page, the copy right after its owner: there is no moment at which all keys stand still, but for each there are moments at which both sides
 * are at the same event. A key that was equal once is not looked at again; those that were not are, with the keys between which they lie.
 */
export async function compareWithOwner(sides: ComparedSides, { withinMs = 10_000 }: CompareOptions = {}): Promise<Comparison> {
  const endMs = performance.now() + withinMs;
  let checked = 0;
  const parts: Part[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const { entries, next }: SnapshotPage = await sides.owner(after);
    const range = { after, ...(next === undefined ? {} : { upTo: next }) };
    const differences = differencesBetween(byKey(entries), byKey(await readRange(sides.copy, range)));
    if (differences.size > 0) parts.push({ range, differences });
    checked += entries.length;
    after = next;
  }
  for (
    let pauseMs = lookAgainMs.first;
    parts.some(isOpen) && performance.now() < endMs;
    pauseMs = Math.min(2 * pauseMs, lookAgainMs.last)
  ) {
    await pause(Math.min(pauseMs, endMs - performance.now()));
    for (const part of parts.filter(isOpen)) await lookAgain(sides, part);
  }
  const differences = parts.flatMap((part) => [...part.differences]);
  const samples = differences.slice(0, 20).map(([key, { what }]) => ({ key, what }));
  return { checked, differing: differences.length, behind: differences.filter(([, { isFinal }]) => !isFinal).length, samples };
}

interface Difference {
  readonly what: string;
  /** Both sides are at the same event: another look would show the same. */
  readonly isFinal: boolean;
}

/** The keys after one, up to another or to the last. */
interface Range {
  readonly after: string;
  readonly upTo?: string;
}

interface Part {
  readonly range: Range;
  readonly differences: Map<string, Difference>;
}

function isOpen({ differences }: Part): boolean {
  return [...differences.values()].some(({ isFinal }) => !isFinal);
}

async function lookAgain({ owner, copy }: ComparedSides, { range, differences }: Part): Promise<void> {
  const found = differencesBetween(byKey(await readRange(owner, range)), byKey(await readRange(copy, range)));
  for (const [key, { isFinal }] of differences) {
    const now = found.get(key);
    if (isFinal) continue;
    if (now === undefined) differences.delete(key);
    else differences.set(key, now);
  }
}

async function readRange(readPage: ReadPage, { after, upTo }: Range): Promise<SnapshotEntry[]> {
  const entries: SnapshotEntry[] = [];
  for await (const entry of pagesOf(readPage, after)) {
    if (upTo !== undefined && Buffer.compare(Buffer.from(entry.key), Buffer.from(upTo)) > 0) break;
    entries.push(entry);
  }
  return entries;
}

function byKey(entries: readonly SnapshotEntry[]): ReadonlyMap<string, SnapshotEntry> {
  return new Map(entries.map((entry) => [entry.key, entry]));
}

function differencesBetween(
  owned: ReadonlyMap<string, SnapshotEntry>,
  copied: ReadonlyMap<string, SnapshotEntry>,
): Map<string, Difference> {
  const differences = new Map<string, Difference>();
  for (const key of new Set([...owned.keys(), ...copied.keys()])) {
    const difference = differenceOf(owned.get(key), copied.get(key));
    if (difference !== undefined) differences.set(key, difference);
  }
  return differences;
}

function differenceOf(owned: SnapshotEntry | undefined, copied: SnapshotEntry | undefined): Difference | undefined {
  if (owned === undefined) return { what: 'the owner does not have it', isFinal: false };
  if (copied === undefined) return { what: 'it is missing here', isFinal: false };
  if (isDeepStrictEqual(owned.data, copied.data)) return undefined;
  const isFinal = owned.sequence === copied.sequence;
  const fields = `at event ${owned.sequence} these fields differ: ${fieldsThatDiffer(owned.data, copied.data).join(', ')}`;
  return { what: isFinal ? fields : `the owner is at event ${owned.sequence}, the copy at ${copied.sequence}`, isFinal };
}

function fieldsThatDiffer(one: unknown, other: unknown): string[] {
  const [left, right] = [{ ...(one as object) }, { ...(other as object) }] as Record<string, unknown>[];
  return [...new Set([...Object.keys(left!), ...Object.keys(right!)])].filter((name) => !isDeepStrictEqual(left![name], right![name]));
}
