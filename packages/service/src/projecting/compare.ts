/** Compares a copy with its owner key by key while both change: only keys at the same event are judged. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type { SnapshotEntry } from '../snapshot.ts';
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

const lookAgainMs = 250;

/** Each gives its keys with the number of the last event that is in them. */
export interface ComparedSides {
  readonly owner: ReadPage;
  readonly copy: ReadPage;
}

/** Looks again while keys move; answers what was different in the last look. */
export async function compareWithOwner(sides: ComparedSides, { withinMs = 10_000 }: CompareOptions = {}): Promise<Comparison> {
  const endMs = performance.now() + withinMs;
  let { checked, differences } = await lookOnce(sides);
  while ([...differences.values()].some(({ isFinal }) => !isFinal) && performance.now() < endMs) {
    await pause(lookAgainMs);
    ({ checked, differences } = await lookOnce(sides));
  }
  const samples = [...differences].slice(0, 20).map(([key, { what }]) => ({ key, what }));
  const behind = [...differences.values()].filter(({ isFinal }) => !isFinal).length;
  return { checked, differing: differences.size, behind, samples };
}

interface Difference {
  readonly what: string;
  /** Both sides are at the same event: another look would show the same. */
  readonly isFinal: boolean;
}

interface Look {
  readonly checked: number;
  readonly differences: Map<string, Difference>;
}

async function lookOnce({ owner, copy }: ComparedSides): Promise<Look> {
  const owned = await readAll(owner);
  const copied = await readAll(copy);
  const differences = new Map<string, Difference>();
  for (const key of new Set([...owned.keys(), ...copied.keys()])) {
    const difference = differenceOf(owned.get(key), copied.get(key));
    if (difference !== undefined) differences.set(key, difference);
  }
  return { checked: owned.size, differences };
}

async function readAll(readPage: ReadPage): Promise<Map<string, SnapshotEntry>> {
  const entries = new Map<string, SnapshotEntry>();
  for await (const entry of pagesOf(readPage)) entries.set(entry.key, entry);
  return entries;
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
