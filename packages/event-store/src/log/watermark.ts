/**
 * Up to where the feed is complete: no append that is still under way can put an event at or before it.
 *
 * Before an append draws positions it takes a shared advisory lock, for nobody to wait for and everybody to see, that holds the last position
 * drawn so far: all its own will be above that. One look reads M, the highest committed position, and after it the bounds in the locks; the lowest of
 * them is the watermark. It is right because a transaction with a position at or below it is not among the holders (its positions are above its bound),
 * has not yet to take its lock (its positions would be above M), and so has ended; locks are released after what was committed can be seen.
 * Writers never wait for readers, nothing but appends to this log holds it back, and a reader needs to remember nothing.
 *
 * M is a committed position and not the sequence's last value: a crash of the server takes back values that were drawn and not committed, and a reader
 * that had gone past them would miss the events that get them next.
 */
import type { ClientBase, Pool } from 'pg';
import { report } from '../report.ts';

/** Which locks in `pg_locks l` are those of appends to the log of this database. */
export const isAppendLock = `l.locktype = 'advisory' and l.objsubid = 1 and l.classid::int8 >> 16 = 25209 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())`;

/** One statement: its snapshot, and so M, is taken before it looks at locks. */
const look = {
  name: 'banyan-watermark',
  text: `select coalesce((select max(position) from banyan.events), 0) as head,
           (select min((l.classid::int8 & 65535) << 32 | l.objid::int8) from pg_locks l where ${isAppendLock}) as bound`,
};

const reportAfterMs = 1_000;
const reportEveryMs = 10_000;

export interface Watermark {
  /** Complete up to here; never goes back. */
  readonly position: bigint;
  /** Highest committed position at the last look. */
  readonly head: bigint;
  /** A look that begins after the call; calls that wait for the same look share it. */
  advance(): Promise<void>;
  /** The same on a session of the caller's, sent at once: what is sent behind it sees everything up to the watermark that it gives. */
  advanceOn(client: ClientBase): Promise<void>;
}

export function createWatermark(pool: Pool): Watermark {
  return new LockWatermark(pool);
}

class LockWatermark implements Watermark {
  position = 0n;
  head = 0n;
  readonly #pool: Pool;
  #underWay: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #heldSinceMs: number | undefined;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  advance(): Promise<void> {
    return (this.#next ??= this.#afterTheOneUnderWay());
  }

  async #afterTheOneUnderWay(): Promise<void> {
    await this.#underWay.catch(() => {}); // its callers have heard of it
    this.#underWay = this.#look(this.#pool);
    this.#next = undefined;
    await this.#underWay;
  }

  advanceOn(client: ClientBase): Promise<void> {
    return this.#look(client);
  }

  async #look(session: Pool | ClientBase): Promise<void> {
    const found = await session.query<{ head: string; bound: string | null }>(look);
    const [head, bound] = [BigInt(found.rows[0]!.head), found.rows[0]!.bound];
    const complete = bound === null || BigInt(bound) > head ? head : BigInt(bound);
    const stands = complete <= this.position && complete < head;
    // Looks on several sessions may be answered in another order than they were taken.
    if (head > this.head) this.head = head;
    if (complete > this.position) this.position = complete;
    this.#reportHold(stands);
  }

  #reportHold(stands: boolean): void {
    const now = performance.now();
    if (!stands) this.#heldSinceMs = undefined;
    else this.#heldSinceMs ??= now;
    const forMs = now - (this.#heldSinceMs ?? now);
    if (forMs < reportAfterMs || now - this.#reportedMs < reportEveryMs) return;
    this.#reportedMs = now;
    report('warn', 'event-store.feed.held-back', 'An open append holds the feed back; diagnose() names it', {
      forMs: Math.round(forMs),
      watermark: String(this.position),
      head: String(this.head),
    });
  }
}
