/** Compares a copy with its owner key by key while both change: what each had at the same event is judged. */
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

/** At least; and at least as long as the look before it took. */
const pauseMinMs = 50;

/** Each gives its keys with the number of the last event that is in them. */
export interface ComparedSides {
  readonly owner: ReadPage;
  readonly copy: ReadPage;
}

/**
 * Page by page, the copy right after its owner. There is no moment at which all keys stand still, and for a key that changes many times a second perhaps none
 * at which both sides are at the same event; but what a key has at an event is the same whenever it is looked at. So keys that are not equal at once are looked
 * at again, with those between which they lie, until both sides were seen at one event.
 */
export async function compareWithOwner(sides: ComparedSides, { withinMs = 10_000 }: CompareOptions = {}): Promise<Comparison> {
  const endMs = performance.now() + withinMs;
  let checked = 0;
  const parts: Part[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const { entries, next }: SnapshotPage = await sides.owner(after);
    const range = { after, ...(next === undefined ? {} : { upTo: next }) };
    const watched = watchWhatDiffers(byKey(entries), byKey(await readRange(sides.copy, range)));
    if (watched.size > 0) parts.push({ range, watched });
    checked += entries.length;
    after = next;
  }
  for (let tookMs = 0; parts.some(isOpen) && performance.now() < endMs;) {
    await pause(Math.max(tookMs, pauseMinMs));
    const begunMs = performance.now();
    for (const part of parts.filter(isOpen)) await lookAgain(sides, part);
    tookMs = performance.now() - begunMs;
  }
  const differences = parts.flatMap(({ watched }) => [...watched].map(([key, { verdict }]) => ({ key, ...verdict })));
  const samples = differences.slice(0, 20).map(({ key, what }) => ({ key, what }));
  return { checked, differing: differences.length, behind: differences.filter(({ isFinal }) => !isFinal).length, samples };
}

interface Verdict {
  readonly what: string;
  /** Both sides were seen at the same event: another look would show the same. */
  readonly isFinal: boolean;
}

/** What a key had on each side, by the number of its last event then. */
interface Watched {
  readonly owner: Map<string, unknown>;
  readonly copy: Map<string, unknown>;
  verdict: Verdict;
}

/** The keys after one, up to another or to the last. */
interface Range {
  readonly after: string;
  readonly upTo?: string;
}

interface Part {
  readonly range: Range;
  readonly watched: Map<string, Watched>;
}

type Entries = ReadonlyMap<string, SnapshotEntry>;

function isOpen({ watched }: Part): boolean {
  return [...watched.values()].some(({ verdict }) => !verdict.isFinal);
}

function watchWhatDiffers(owned: Entries, copied: Entries): Map<string, Watched> {
  const all = new Map<string, Watched>();
  for (const key of new Set([...owned.keys(), ...copied.keys()])) {
    const watched = { owner: new Map<string, unknown>(), copy: new Map<string, unknown>() };
    const verdict = judge(watched, owned.get(key), copied.get(key));
    if (verdict !== undefined) all.set(key, { ...watched, verdict });
  }
  return all;
}

async function lookAgain({ owner, copy }: ComparedSides, { range, watched }: Part): Promise<void> {
  const owned = byKey(await readRange(owner, range));
  const copied = byKey(await readRange(copy, range));
  for (const [key, seen] of watched) {
    if (seen.verdict.isFinal) continue;
    const verdict = judge(seen, owned.get(key), copied.get(key));
    if (verdict === undefined) watched.delete(key);
    else seen.verdict = verdict;
  }
}

/** Undefined when the sides are equal: they are now, or were at an event at which both were seen. */
function judge({ owner, copy }: Omit<Watched, 'verdict'>, owned?: SnapshotEntry, copied?: SnapshotEntry): Verdict | undefined {
  if (isDeepStrictEqual(owned?.data, copied?.data)) return undefined;
  if (owned !== undefined) owner.set(owned.sequence, owned.data);
  if (copied !== undefined) copy.set(copied.sequence, copied.data);
  const both = [...owner.keys()].find((sequence) => copy.has(sequence));
  if (both !== undefined) {
    const [one, other] = [owner.get(both), copy.get(both)];
    if (isDeepStrictEqual(one, other)) return undefined;
    return { what: `at event ${both} these fields differ: ${fieldsThatDiffer(one, other).join(', ')}`, isFinal: true };
  }
  if (owned === undefined) return { what: 'the owner does not have it', isFinal: false };
  if (copied === undefined) return { what: 'it is missing here', isFinal: false };
  return { what: `the owner is at event ${owned.sequence}, the copy at ${copied.sequence}`, isFinal: false };
}

async function readRange(readPage: ReadPage, { after, upTo }: Range): Promise<SnapshotEntry[]> {
  const entries: SnapshotEntry[] = [];
  for await (const entry of pagesOf(readPage, after)) {
    if (upTo !== undefined && Buffer.compare(Buffer.from(entry.key), Buffer.from(upTo)) > 0) break;
    entries.push(entry);
  }
  return entries;
}

function byKey(entries: readonly SnapshotEntry[]): Entries {
  return new Map(entries.map((entry) => [entry.key, entry]));
}

function fieldsThatDiffer(one: unknown, other: unknown): string[] {
  const [left, right] = [{ ...(one as object) }, { ...(other as object) }] as Record<string, unknown>[];
  return [...new Set([...Object.keys(left!), ...Object.keys(right!)])].filter((name) => !isDeepStrictEqual(left![name], right![name]));
}
