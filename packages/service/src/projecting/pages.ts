/** Walks through the pages of a snapshot. */
import type { SnapshotEntry, SnapshotPage } from '../snapshot.ts';

/** Asks for the keys after the given one, '' from the first. */
export type ReadPage = (after: string) => Promise<SnapshotPage>;

/** @param from the keys after this one */
export async function* pagesOf(readPage: ReadPage, from = ''): AsyncGenerator<SnapshotEntry> {
  for (let after: string | undefined = from; after !== undefined;) {
    const page: SnapshotPage = await readPage(after);
    yield* page.entries;
    after = page.next;
  }
}
