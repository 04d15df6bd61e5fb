/** What a projection consists of: where its owner shows it, how it lies here, and what each event does to it. */
import type { EventContract, EventEnvelope } from '@banyan/contract';
import type { ZodType } from 'zod';
import type { ReadPage } from './pages.ts';

export interface ProjectionDefinition<Native, Data> {
  /** Lower-case letters, digits, `-`; unique in the service. */
  readonly name: string;
  /** The owner, as in the envelopes of its events: `/node-learn/question`. */
  readonly source: string;
  /** Asks the owner for the keys after the given one ('' from the first), as readSnapshotPage() gives them. */
  readonly readPage: ReadPage;
  /** The data of one key in the snapshot. */
  readonly data: ZodType<Data>;
  /** SELECT with the columns `key` and `data` over this side's tables; for equal rows equal to the owner's, the order of fields aside. */
  readonly rows: string;
  /** Writes what these keys have, whatever was there; each comes once. */
  readonly put: (native: Native, entries: readonly ProjectedEntry<Data>[]) => Promise<void>;
  readonly remove: (native: Native, key: string) => Promise<void>;
  readonly events: readonly ProjectedEvent<Native>[];
  /** Waits so many milliseconds between two pages of a filling. Default: on the clock of this machine. */
  readonly rest?: (ms: number) => Promise<unknown>;
}

/** What one key has. */
export interface ProjectedEntry<Data> {
  readonly key: string;
  readonly data: Data;
}

/** An event of the owner and what it does to the copy. Made by projected(), which checks the types. */
export interface ProjectedEvent<Native> {
  readonly contract: EventContract;
  readonly apply: (native: Native, event: EventEnvelope<never>) => Promise<void>;
}
