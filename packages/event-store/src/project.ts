/** Projections: rows that follow the feed, with their position in the same transaction, and can be built again from it at any time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreError } from './errors.ts';
import type { EventLog, StoredEvent } from './event-log.ts';
import type { ProjectionSession, ProjectionStore } from './projection-store.ts';
import { report } from './report.ts';

export interface ProjectionOptions {
  readonly log: Pick<EventLog, 'read'>;
  /** Its name in `banyan.projections` of the store; one position per name. */
  readonly name: string;
  readonly store: ProjectionStore;
  /** Default: all. */
  readonly types?: readonly string[];
  /** Applies one event, in feed order; its writes must depend on nothing but the event and the projection's own rows. */
  readonly handle: (stored: StoredEvent, session: ProjectionSession) => Promise<void>;
  /** Removes all rows of the projection, before it is built again. */
  readonly clear: (session: ProjectionSession) => Promise<void>;
  /** Events per transaction. Default 500. */
  readonly batchSize?: number;
  /** How long a quiet feed is left alone. Default 50 ms. */
  readonly pollMs?: number;
}

export interface Projection {
  /** Resolves when everything up to the position has been applied. Throws EVENT_STORE_PROJECTION_BEHIND when it was stopped before, or after `timeoutMs`, default 30,000. */
  reached(position: bigint, timeoutMs?: number): Promise<void>;
  /** Clears and builds again from the beginning in one transaction: readers see the old rows until the new ones are complete. Following goes on after it. */
  rebuild(): Promise<void>;
  /** Resolves when the batch under way has ended. Idempotent. */
  stop(): Promise<void>;
}

const failurePauseMs = 500;

/**
 * Begins to follow. Several programs may follow under one name: a batch is applied by one of them. A batch that fails changes nothing,
 * is reported, and is tried again after half a second.
 */
export function project(options: ProjectionOptions): Projection {
  return new FollowingProjection(options);
}

class FollowingProjection implements Projection {
  readonly #options: ProjectionOptions;
  readonly #stopping = new AbortController();
  readonly #following: Promise<void>;
  #position = 0n;
  #waiting: { readonly position: bigint; readonly resolve: () => void }[] = [];

  constructor(options: ProjectionOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  async reached(position: bigint, timeoutMs = 30_000): Promise<void> {
    if (this.#position >= position) return;
    const arrived = new Promise<void>((resolve) => this.#waiting.push({ position, resolve }));
    const over = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(timeoutMs)]);
    const gaveUp = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(behind(this.#options.name, this.#position, position));
      if (over.aborted) giveUp();
      over.addEventListener('abort', giveUp, { once: true });
    });
    await Promise.race([arrived, gaveUp]);
  }

  async rebuild(): Promise<void> {
    const { store, name, clear } = this.#options;
    const through = await store.transaction(async (session) => {
      const before = await lockPosition(session, name);
      await clear(session);
      let position = 0n;
      // Another program may know of more than this one does yet; a projection never goes back.
      for (let more = true; more || position < before;) {
        const page = await this.#apply(session, position);
        more = page.through > position;
        position = page.through;
      }
      await movePosition(session, name, position);
      return position;
    });
    this.#arriveAt(through);
    report('info', 'event-store.projection.rebuilt', 'A projection was built again', { projection: name, through: String(through) });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { pollMs = 50, name } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!(await this.#step())) await this.#pause(pollMs);
      } catch (error) {
        report('warn', 'event-store.projection.failed', 'A batch of a projection failed and is tried again', {
          projection: name,
          reason: (error as Error).message,
        });
        await this.#pause(failurePauseMs);
      }
    }
  }

  async #pause(forMs: number): Promise<void> {
    await sleep(forMs, undefined, { signal: this.#stopping.signal }).catch(() => {}); // stopped: the loop sees it
  }

  /** False when there was nothing to do. */
  async #step(): Promise<boolean> {
    const { log, store, name, types } = this.#options;
    // A quiet feed costs no transaction.
    if (this.#position > 0n) {
      const glance = await log.read({ after: this.#position, limit: 1, ...(types === undefined ? {} : { types }) });
      if (glance.through === this.#position) return false;
    }
    const [before, through] = await store.transaction(async (session) => {
      const position = await lockPosition(session, name);
      const page = await this.#apply(session, position);
      if (page.through > position) await movePosition(session, name, page.through);
      return [position, page.through];
    });
    this.#arriveAt(through);
    return through > before;
  }

  async #apply(session: ProjectionSession, after: bigint): Promise<{ readonly through: bigint }> {
    const { log, types, handle, batchSize = 500 } = this.#options;
    const page = await log.read({ after, limit: batchSize, ...(types === undefined ? {} : { types }) });
    for (const stored of page.events) await handle(stored, session);
    return page;
  }

  #arriveAt(position: bigint): void {
    this.#position = position;
    const arrived = this.#waiting.filter((waiting) => waiting.position <= position);
    this.#waiting = this.#waiting.filter((waiting) => waiting.position > position);
    for (const { resolve } of arrived) resolve();
  }
}

function behind(name: string, position: bigint, wanted: bigint): EventStoreError {
  return new EventStoreError('EVENT_STORE_PROJECTION_BEHIND', `Projection "${name}" is at ${position} and not yet at ${wanted}.`);
}

/** Locks the row until the transaction ends, so that programs that share a name take turns. */
async function lockPosition(session: ProjectionSession, name: string): Promise<bigint> {
  const known = await session.query("select to_regclass('banyan.projections') is not null as known");
  if (known.rows[0]?.['known'] !== true) {
    await session.query("select pg_advisory_xact_lock(hashtextextended('banyan.projections', 0))");
    await session.query("do $$ begin if to_regnamespace('banyan') is null then create schema banyan; end if; end $$");
    await session.query('create table if not exists banyan.projections (name text primary key, position bigint not null)');
  }
  await session.query('insert into banyan.projections (name, position) values ($1, 0) on conflict do nothing', [name]);
  const found = await session.query('select position from banyan.projections where name = $1 for update', [name]);
  return BigInt(found.rows[0]!['position'] as string);
}

async function movePosition(session: ProjectionSession, name: string, position: bigint): Promise<void> {
  await session.query('update banyan.projections set position = $2 where name = $1', [name, position]);
}
