// Measures lag by marks, lets an idle slot advance, and asks what the source keeps for the stream.
import { textToLsn } from '../postgres/lsn.ts';
import type { Marks } from './marks.ts';
import type { StreamOptions } from './options.ts';
import { objectName } from './slot.ts';

export class Heartbeat {
  readonly #marks: Marks;
  readonly #options: StreamOptions;
  #timer: NodeJS.Timeout | undefined;
  #beating = false;
  #sentAt: number | undefined;
  #lastMs: number | undefined;
  #walEnd: bigint | undefined;
  retainedWalBytes: number | undefined;
  /** Why the last heartbeat did not come back; undefined when it did. */
  lastError: unknown;

  constructor(marks: Marks, options: StreamOptions) {
    this.#marks = marks;
    this.#options = options;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#beat(), this.#options.limits?.heartbeatMs ?? 2_000);
    void this.#beat();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  lagMs(): number | undefined {
    if (this.#sentAt === undefined) return this.#lastMs;
    return Math.max(this.#lastMs ?? 0, performance.now() - this.#sentAt);
  }

  /** The furthest end of the source's log that anybody here has heard of. */
  walEnd(other: bigint | undefined): bigint | undefined {
    if (other === undefined || this.#walEnd === undefined) return other ?? this.#walEnd;
    return other > this.#walEnd ? other : this.#walEnd;
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    this.#sentAt = performance.now();
    try {
      await this.#marks.reach({ timeoutMs: 60_000 });
      this.#lastMs = performance.now() - this.#sentAt;
      await this.#askSource();
      this.lastError = undefined;
    } catch (error) {
      this.lastError = error; // the stream itself reports lost connections; a heartbeat only stops measuring
    } finally {
      this.#sentAt = undefined;
      this.#beating = false;
    }
  }

  async #askSource(): Promise<void> {
    const session = await this.#marks.session();
    const found = await session.query<{ wal_end: string; retained: string }>(
      `select pg_catalog.pg_current_wal_lsn()::text as wal_end,
              pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)::text as retained
       from pg_catalog.pg_replication_slots where slot_name = $1`,
      [objectName(this.#options.name)],
    );
    const row = found.rows[0];
    if (row === undefined) return;
    this.#walEnd = textToLsn(row.wal_end);
    this.retainedWalBytes = Number(row.retained);
  }
}
